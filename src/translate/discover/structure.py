"""What a model takes in one argument: ``image, numbers = inputs``, ``batch["image"]``."""

from __future__ import annotations

import ast


def parts_of(forward: ast.FunctionDef | None) -> tuple[tuple[str, ...], bool]:
    """The names of the parts that the only argument is taken apart into, and whether these are its keys."""
    if forward is None:
        return (), False
    required = [a.arg for a in forward.args.args[1:]][: max(0, len(forward.args.args) - 1 - len(forward.args.defaults))]
    if len(required) != 1:
        return (), False
    keys: list[str] = []
    places: dict[int, str] = {}
    for node in ast.walk(forward):
        if isinstance(node, ast.Assign) and _is(node.value, required[0]) and isinstance(node.targets[0], ast.Tuple):
            names = [e.id for e in node.targets[0].elts if isinstance(e, ast.Name)]
            if len(names) == len(node.targets[0].elts):
                return tuple(names), False
        if isinstance(node, ast.Subscript) and _is(node.value, required[0]):
            key = node.slice.value if isinstance(node.slice, ast.Constant) else None
            keys += [key] if isinstance(key, str) else []
    for node in ast.walk(forward):  # a = inputs[0]
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Subscript)
            and _is(node.value.value, required[0])
        ):
            place, target = node.value.slice, node.targets[0]
            if isinstance(place, ast.Constant) and isinstance(place.value, int) and isinstance(target, ast.Name):
                places[place.value] = target.id
    if keys:
        return tuple(dict.fromkeys(keys)), True
    whole = len(places) > 1 and set(places) == set(range(len(places))) and len(set(places.values())) == len(places)
    return (tuple(places[i] for i in range(len(places))), False) if whole else ((), False)


def _is(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
