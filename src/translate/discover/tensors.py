"""Expressions that make tensors: ``torch.randn(2, 3, 32, 32).to(device)``."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from translate.discover.hints import TensorHint
from translate.discover.literals import Known, number, shape
from translate.discover.words import Names, words


def tensor(
    node: ast.expr, names: Names, known: Known, held: Mapping[str, TensorHint] | None = None
) -> TensorHint | None:
    """What is known of the tensor that ``node`` makes, or holds; None if it does not look like one."""
    if isinstance(node, ast.Name):
        return (held or {}).get(node.id)
    if not isinstance(node, ast.Call):
        return None
    if isinstance(node.func, ast.Attribute) and node.func.attr in words()["methods"]:
        inside = tensor(node.func.value, names, known, held)
        if inside is not None:
            dtype = words()["methods"][node.func.attr] or _dtype([*node.args, *(k.value for k in node.keywords)])
            return replace(inside, dtype=dtype) if dtype else inside
    full = names.full(node.func)
    for entry in words()["tensors"]:
        if full in entry["names"]:
            found = _made(node, entry, known)
            if found is not None:
                return found
    if full in words()["wrappers"] and node.args:
        inside = tensor(node.args[0], names, known, held)
        dtype = _dtype([*node.args[1:], *(k.value for k in node.keywords if k.arg == "dtype")])
        return replace(inside, dtype=dtype) if inside is not None and dtype else inside
    return None


def _made(node: ast.Call, entry: Mapping[str, Any], known: Known) -> TensorHint | None:
    sizes = sizes_in(node, entry, known)
    if sizes is None:
        return None
    dtype = _dtype([k.value for k in node.keywords if k.arg == "dtype"])
    if not dtype and "dtype" not in entry and len(node.args) > 1 and entry["shape"][0] == 0:
        dtype = _dtype(node.args[1:])
    dtype = dtype or entry.get("dtype", "float32")
    below = None
    if "int" in dtype:
        places: Sequence[int | str] = entry.get("high", ())
        below = next((n for p in places if (n := number(argument(node, p), known)) is not None and n > 0), None)
    return TensorHint(sizes, dtype, below)


def sizes_in(node: ast.Call, entry: Mapping[str, Any], known: Known) -> tuple[int | None, ...] | None:
    """The shape that a call is given, with the batch."""
    for place in entry["shape"]:
        if place == "*":
            if not node.args or any(isinstance(a, ast.Starred) for a in node.args):
                continue
            single = shape(node.args[0], known)
            numbers = single if single is not None else tuple(number(a, known) for a in node.args)
            if single is not None or any(n is not None for n in numbers):
                return numbers
            continue
        found = shape(argument(node, place), known)
        if found is not None:
            return found if entry.get("batch", True) else (None, *found)
    return None


def argument(node: ast.Call, place: int | str) -> ast.expr | None:
    """An argument by its number or its name."""
    if isinstance(place, int):
        ok = place < len(node.args) and not any(isinstance(a, ast.Starred) for a in node.args[: place + 1])
        return node.args[place] if ok else None
    return next((k.value for k in node.keywords if k.arg == place), None)


def _dtype(nodes: Sequence[ast.expr]) -> str:
    """The type that an argument names, written as a name, an attribute or a string."""
    from_others: Mapping[str, str] = words()["dtypes"]
    for node in nodes:
        name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            name = node.value
        name = from_others.get(name, name)
        if name in ("float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool"):
            return name
    return ""
