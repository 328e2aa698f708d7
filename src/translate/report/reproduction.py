"""A script that reproduces a difference: written from what the verifier says about it, which is plain data."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, cast

from jinja2 import Environment, PackageLoader, StrictUndefined

_WIDTH = 110
_TOLERANCE = 1e-7
_SHARE = 1e-2
"""Of the error that was seen: where less than that is left, the two are mended."""


@dataclass(frozen=True)
class Program:
    """One of the two."""

    framework: Literal["torch", "keras"]
    model: str
    """The expression that builds the model."""
    name: str
    """Of the file, for people."""
    file: str = ""
    """Its path from the folder of the script; empty: the text stands in the script."""
    text: str = ""


def script(
    result: Mapping[str, Any],
    source: Program,
    translation: Program,
    *,
    inputs: Sequence[str],
    options: Mapping[str, Any],
    file_name: str,
    version: str,
    plain: bool,
) -> str:
    """The script for ``Verification.to_json()``. ``plain``: as far as possible without translate.

    ``options``: those of the verifier that are not their defaults. Raises ValueError if a plain one is not possible.
    """
    told = result["reproduction"]
    if plain and told["plain"] is None:
        raise ValueError("more than plain calls of the two models")
    parting: str = result["divergence"]["message"] if result["divergence"] else ""
    programs = {"source": source, "translation": translation}
    shared: dict[str, Any] = {
        role: {"role": role, **vars(program), "text": _literal(program.text)} for role, program in programs.items()
    }
    shared |= {
        "headline": _prose(f"{source.name} and {translation.name} compute different things: {result['message']}"),
        "parting": _prose(parting),
        "file_name": file_name,
        "version": version,
        "told": told,
        "seed": result["seed"],
        "backend": options.get("backend", "tensorflow"),
        "embedded": not (source.file and translation.file),
    }
    if not plain:
        full = _environment().get_template("reproduction_full.py.j2")
        return full.render(shared, inputs=list(inputs), options=options, reason=_reason(told))
    by_framework = {program.framework: {"role": role, **told["plain"][role]} for role, program in programs.items()}
    return (
        _environment()
        .get_template("reproduction_plain.py.j2")
        .render(
            {**shared, **by_framework},
            names=", ".join(name for name, _ in told["plain"]["inputs"]),
            tolerance=_tolerance(told["error"], told["scale"]),
            turned=_turned,
        )
    )


def _reason(told: Mapping[str, Any]) -> str:
    """Why plain calls do not do."""
    name = str(told["name"])
    if told["dtype"] == "float32":
        return "what float32 may lose is measured in float64"
    if "gradient of " in name:
        return "it is about gradients"
    if name.startswith("training "):
        return "in training mode both have to draw the same random numbers"
    return "two plain calls do not show it"


def _tolerance(error: float | None, scale: float | None) -> str:
    if not error or not scale:
        return f"{_TOLERANCE:.0e}"
    return f"{min(_TOLERANCE, _SHARE * error / scale):.0e}"


def _turned(orders: Sequence[Sequence[int]], index: int, then: str = "") -> str:
    """``.transpose(0, 2, 3, 1)``, or nothing."""
    order = orders[index] if orders else ()
    return f".transpose({', '.join(map(str, order))}){then}" if order else ""


def _prose(text: str) -> str:
    """For a docstring."""
    safe = text.replace("\\", "\\\\").replace('"', "'")
    return textwrap.fill(safe, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _literal(value: Any) -> str:
    """As Python code, texts in double quotes; long texts as they are, where they can be."""
    if isinstance(value, str):
        if "\n" in value and '"""' not in value and "\\" not in value:
            return f'"""{value}"""' if not value.endswith('"') else repr(value)
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict):
        items = cast("dict[Any, Any]", value).items()
        return f"{{{', '.join(f'{_literal(k)}: {_literal(v)}' for k, v in items)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, cast('list[Any]', value)))}]"
    if isinstance(value, tuple):
        parts = [_literal(v) for v in cast("tuple[Any, ...]", value)]
        return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"
    return repr(value)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("translate.report"),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # it is Python code
    )
    environment.filters["py"] = _literal
    return environment
