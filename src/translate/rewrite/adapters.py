"""Classes and functions of the framework that are passed on as values: ``norm_layer=nn.BatchNorm2d``.

Whoever is given one calls it with the source's arguments, so it needs the source's signature.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import libcst as cst

from translate.infer.facts import Apply
from translate.rewrite.application import Application
from translate.rewrite.names import Names


class Adapters:
    """Small functions with the source's signature that make the target's layer."""

    def __init__(
        self,
        names: Names,
        helpers: frozenset[str],
        application: Callable[[Apply, cst.BaseExpression], Application],
    ) -> None:
        self.helpers, self.application = helpers, application
        self.names = names
        self.written: dict[str, str] = {}
        self.called: dict[str, str] = {}
        """What the adapter of each API is called."""

    def reference(self, apply: Apply, as_class: bool) -> cst.BaseExpression:
        rule = apply.rule
        if as_class and rule.target is not None:
            return cst.parse_expression(self.names.shorten(rule.target.name))
        api = apply.signature.name
        if api not in self.called:
            name = _snake(api.rpartition(".")[2])
            while name in self.written or name in self.names.taken or name in self.helpers:
                name += "_layer" if "tensors" in rule.data and api.rpartition(".")[2][:1].isupper() else "_"
            self.called[api] = name
            self.written[name] = self._definition(name, apply)
        return cst.Name(self.called[api])

    def _definition(self, name: str, apply: Apply) -> str:
        """The function's text; its body is a use of the rule with every argument passed on."""
        rule = apply.rule
        without = (*self.names.dialect.constructor_without, "device", "dtype")
        every = [p for p in apply.signature.parameters if not p.star and p.name not in without]
        kept = [p for p in every if p.required or p.name not in apply.fixed]
        texts = [p.name if p.required else f"{p.name}={p.default!r}" for p in kept]
        at = next((i for i, p in enumerate(every) if p not in kept), len(every))
        if at < len(kept):  # what comes after an argument that is left out goes by keyword
            texts.insert(at, "*")
        parameters = ", ".join(texts)
        given = ", ".join(p.name for p in kept)
        call = cst.parse_expression(f"f({given})")
        assert isinstance(call, cst.Call)
        bound = tuple((p.name, index) for index, p in enumerate(kept))
        used = Apply(rule, apply.signature, apply.case, bound)
        body = cst.Module([]).code_for_node(self.application(used, call).write())
        remark = f'"""{apply.signature.name} with the arguments of {self.names.dialect.origin}."""'
        return f"def {name}({parameters}):\n    {remark}\n    return {body}\n"


def _snake(name: str) -> str:
    text = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name))
    return re.sub(r"(\D)(\dd)$", r"\1_\2", text).lower()
