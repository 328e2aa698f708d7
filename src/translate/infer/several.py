"""Methods of Keras take several tensors in one argument: ``a, b = inputs``, or ``inputs[0]`` and ``inputs[1]``."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from translate.infer.dotted import is_name, walk
from translate.infer.program import FunctionInfo


def count(info: FunctionInfo, name: str, *, by_number: bool) -> int:
    """How many tensors a parameter is, by all that the body does with it; 0 if it may be one.

    ``by_number``: also where it is only asked for parts by their number, as one tensor may be as well.
    """
    used = sum(is_name(n, name) for n in walk(info.node.body))
    unpacked, asked = set(_unpacked(info.node.body, name)), list(_asked(info.node.body, name))
    if len(unpacked) == 1 and used == sum(1 for _ in _unpacked(info.node.body, name)) + len(asked):
        return unpacked.pop()
    return max(asked) + 1 if by_number and len(set(asked)) > 1 and used == len(asked) and not unpacked else 0


def _unpacked(body: cst.CSTNode, name: str) -> Iterator[int]:
    for node in walk(body):
        if isinstance(node, cst.Assign) and is_name(node.value, name) and len(node.targets) == 1:
            target = node.targets[0].target
            plain = isinstance(target, (cst.Tuple, cst.List)) and all(
                isinstance(e.value, cst.Name) for e in target.elements
            )
            if plain and isinstance(target, (cst.Tuple, cst.List)):
                yield len(target.elements)


def _asked(body: cst.CSTNode, name: str) -> Iterator[int]:
    for node in walk(body):
        if isinstance(node, cst.Subscript) and is_name(node.value, name) and len(node.slice) == 1:
            part = node.slice[0].slice
            if isinstance(part, cst.Index) and isinstance(part.value, cst.Integer):
                yield int(part.value.value)
