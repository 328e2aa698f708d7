"""Parameters that the target does without: ``training`` of ``call``, ``name`` and ``**kwargs`` of constructors."""

from __future__ import annotations

from collections.abc import Collection

import libcst as cst

from translate.infer.dotted import names


def without(node: cst.FunctionDef, gone: Collection[str]) -> cst.FunctionDef:
    params = node.params
    named = {p.name.value for p in (*params.params, *params.kwonly_params)}
    if params.star_kwarg is not None:
        named.add(params.star_kwarg.name.value)
    if not named & set(gone):
        return node
    changed = params.with_changes(
        params=_kept(params.params, gone),
        kwonly_params=_kept(params.kwonly_params, gone),
    )
    if params.star_kwarg is not None and params.star_kwarg.name.value in gone:
        changed = changed.with_changes(star_kwarg=None)
    if isinstance(changed.star_arg, cst.ParamStar) and not changed.kwonly_params:
        changed = changed.with_changes(star_arg=cst.MaybeSentinel.DEFAULT)
    nothing_after = not changed.kwonly_params and changed.star_kwarg is None
    if changed.params and nothing_after and not isinstance(changed.star_arg, (cst.Param, cst.ParamStar)):
        last = changed.params[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        changed = changed.with_changes(params=[*changed.params[:-1], last])
    return node.with_changes(params=changed)


def _kept(params: Collection[cst.Param], gone: Collection[str]) -> list[cst.Param]:
    return [p for p in params if p.name.value not in gone]


def unused(node: cst.FunctionDef, among: Collection[str]) -> set[str]:
    """Parameters ``among`` these that the body does not read, and ``**kwargs`` if it does not."""
    used = names(node.body)
    found = {p.name.value for p in (*node.params.params, *node.params.kwonly_params)} & set(among)
    if node.params.star_kwarg is not None:
        found.add(node.params.star_kwarg.name.value)
    return found - used
