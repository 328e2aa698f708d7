"""How calls are written: on one line where they fit, else an argument a line."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from translate.staging.trees import code, within, without_space

WIDTH = 84


def has_comment(node: cst.CSTNode) -> bool:
    if isinstance(node, cst.Comment):
        return True
    return any(has_comment(c) for c in node.children)


def written(call: cst.Call, func: cst.BaseExpression, arguments: Sequence[cst.Arg]) -> cst.Call:
    """The call with other arguments; its own line breaks stay where nothing changed."""
    same = len(arguments) == len(call.args) and all(a is b for a, b in zip(arguments, call.args, strict=True))
    if same:
        return call if func is call.func else call.with_changes(func=func)
    if any(has_comment(a) for a in call.args):
        return _broken(cst.Call(func, list(arguments)), call, keep=True)
    flat = cst.Call(func, without_space(arguments), lpar=call.lpar, rpar=call.rpar)
    text = code(flat)
    if len(text) <= WIDTH and "\n" not in text:
        return flat
    inner = [n for n in within(flat) if isinstance(n, cst.ParenthesizedWhitespace)]
    return flat if inner and len(arguments) == 1 else _broken(flat, call)


def _broken(call: cst.Call, before: cst.Call, *, keep: bool = False) -> cst.Call:
    """An argument a line, indented as in the source, if there it was so ``before``."""
    line = cst.ParenthesizedWhitespace(indent=True, last_line=cst.SimpleWhitespace("    "))
    if isinstance(before.whitespace_before_args, cst.ParenthesizedWhitespace):
        line = line.with_changes(last_line=before.whitespace_before_args.last_line)
    end = line.with_changes(last_line=cst.SimpleWhitespace(line.last_line.value[4:]))
    found: list[cst.Arg] = []
    for index, argument in enumerate(call.args):
        if (
            keep
            and index < len(call.args) - 1
            and isinstance(argument.comma, cst.Comma)
            and has_comment(argument.comma)
        ):
            found.append(argument)
            continue
        last = index == len(call.args) - 1
        comma = cst.Comma(whitespace_after=end if last else line)
        found.append(argument.with_changes(comma=comma, whitespace_after_arg=cst.SimpleWhitespace("")))
    return call.with_changes(args=found, whitespace_before_args=line)
