"""Values that are tried for what has to be given to build a model."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator, Mapping

from translate.discover.words import words

_MOST = 120
_SEVERAL = "[8, 16]"


def calls(
    name: str, function: ast.FunctionDef | None, classes: Mapping[str, ast.ClassDef], *, method: bool
) -> Iterator[tuple[str, str]]:
    """Calls of ``name``, the likeliest first, and what they were made of."""
    if function is None:
        yield f"{name}()", "it takes no arguments"
        return
    required, optional = _parameters(function, method)
    without = _without_weights(optional)
    if not required:
        how = "the defaults" + (f", without trained weights ({', '.join(without)})" if without else "")
        yield f"{name}({', '.join(without)})", how
        return
    options = [_options(p, classes) for p in required]
    keyword_only = {p.arg for p in function.args.kwonlyargs}
    told = f"made up: {name} is built nowhere with known arguments"
    seen: set[str] = set()
    for values in itertools.islice(_combinations(options), _MOST):
        given = [f"{p.arg}={v}" if p.arg in keyword_only else v for p, v in zip(required, values, strict=True)]
        text = f"{name}({', '.join([*given, *without])})"
        if text not in seen:
            seen.add(text)
            yield text, told


def without_weights(function: ast.FunctionDef | None, *, method: bool) -> list[str]:
    """Keywords that keep a function from fetching trained weights, where its defaults do."""
    return [] if function is None else _without_weights(_parameters(function, method)[1])


def sizes(function: ast.FunctionDef | None) -> tuple[str, ...]:
    """Arguments with the default None that a shape can be given to."""
    if function is None:
        return ()
    _, optional = _parameters(function, False)
    return tuple(
        p.arg for p, v in optional if p.arg == "input_shape" and isinstance(v, ast.Constant) and v.value is None
    )


def _parameters(function: ast.FunctionDef, method: bool) -> tuple[list[ast.arg], list[tuple[ast.arg, ast.expr]]]:
    """Those without a default, and those with it."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args][1 if method else 0 :]
    count = len(named) - len(arguments.defaults)
    required = named[: max(0, count)]
    optional = list(zip(named[max(0, count) :], arguments.defaults[-len(named) :] if named else [], strict=False))
    for one, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is None:
            required.append(one)
        else:
            optional.append((one, default))
    return required, optional


def _without_weights(optional: list[tuple[ast.arg, ast.expr]]) -> list[str]:
    found: list[str] = []
    for parameter, default in optional:
        if parameter.arg in words()["weights"] and isinstance(default, ast.Constant) and default.value:
            found.append(f"{parameter.arg}={False if default.value is True else None}")
    return found


def _combinations(options: list[list[str]]) -> Iterator[tuple[str, ...]]:
    """First the likeliest of each; then one whole number for all; then all others, the likelier ones first."""
    yield tuple(values[0] for values in options)
    for whole in words()["whole"]:
        yield tuple(values[0] if values[0] not in words()["anything"] else str(whole) for values in options)
    if len(options) <= 4:
        for places in sorted(itertools.product(*(range(len(v)) for v in options)), key=sum):
            yield tuple(values[place] for values, place in zip(options, places, strict=True))
    for whole in words()["whole"]:
        yield tuple(str(whole) for _ in options)


def _options(parameter: ast.arg, classes: Mapping[str, ast.ClassDef]) -> list[str]:
    """Values for one parameter, the likeliest first."""
    found = [] if parameter.annotation is None else _annotated(parameter.annotation, classes)
    for entry in words()["values"]:
        if re.fullmatch(entry["names"], parameter.arg, re.IGNORECASE):
            by_name = _settings(classes) if entry["value"] is None else [str(entry["value"])]
            found += by_name if not found or found[0].isdigit() else []
            if by_name and by_name[0].isdigit() and found[0].isdigit():
                found.insert(0, by_name[0])
            break
    return list(dict.fromkeys([*found, *words()["anything"]]))


def _annotated(node: ast.expr, classes: Mapping[str, ast.ClassDef]) -> list[str]:
    """Values of an annotated type."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            node = ast.parse(node.value, mode="eval").body
        except SyntaxError:
            return []
    if isinstance(node, ast.BinOp):  # int | None
        return [*_annotated(node.left, classes), *_annotated(node.right, classes)]
    name = ast.unparse(node.value if isinstance(node, ast.Subscript) else node).rpartition(".")[2].lower()
    inside = node.slice if isinstance(node, ast.Subscript) else None
    items = inside.elts if isinstance(inside, ast.Tuple) else [inside] if inside is not None else []
    single = {"int": ["8"], "float": ["0.5"], "bool": ["False", "True"], "str": ["'relu'"], "none": ["None"]}
    if name in single:
        return list(single[name])
    if name in ("optional", "union"):
        return [value for item in items for value in _annotated(item, classes)] + ["None"] * (name == "optional")
    if name in ("list", "sequence", "iterable"):
        inner = _annotated(items[0], classes) if items else []
        return [_SEVERAL if not inner or inner[0].isdigit() else f"[{inner[0]}, {inner[0]}]"]
    if name == "tuple":
        parts = [(_annotated(item, classes) or ["8"])[0] for item in items if not _is_dots(item)]
        return [f"({', '.join(parts)},)"] if parts and not any(map(_is_dots, items)) else ["(8, 16)"]
    if name in ("dict", "mapping"):
        return ["{'a': 3, 'b': 4}"]
    written = ast.unparse(node)
    return [f"{written}()"] if written in classes else []


def _is_dots(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...


def _settings(classes: Mapping[str, ast.ClassDef]) -> list[str]:
    """Classes of the file that hold settings, by their names."""
    return [f"{name}()" for name in classes if re.search(r"config|settings|args|params|options", name, re.IGNORECASE)]
