"""What came of moving a checkpoint, as text. Takes its JSON form, so that no framework is needed to print it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from translate.report.verification import print_verdict, print_verification

_SHOWN = 20
_WIDE = 200
"""Columns where nobody watches: long names stay whole."""


def print_transfer(console: Console, data: dict[str, Any], *, quiet: bool) -> None:
    """What was written and how it was checked, or what stands in the way; if ``quiet``, only the latter."""
    if data["verdict"] == "written":
        if not quiet:
            counts = f"{data['tensors']} tensors, {data['numbers']:,} numbers, read back and equal"
            console.print(Text.assemble((data["output"], "bold"), f": {counts}"), soft_wrap=True)
            _notes(console, data)
        _verification(console, data, quiet=quiet)
        return
    first, *others = data["message"].splitlines() or [""]
    # Messages about a file start with its name already.
    checkpoint = Path(data["checkpoint"])
    first = first.removeprefix(f"{checkpoint.name}: ")
    line = f"{checkpoint}: {first.removesuffix(':')}; nothing written{':' if others else ''}"
    console.print(Text("\n".join([line, *others])), soft_wrap=True)
    if data["differences"]:
        _differences(console, data["differences"])
    if not quiet:
        _notes(console, data)


def _notes(console: Console, data: dict[str, Any]) -> None:
    for note in (f"translation: {data['translation']}", *data["notes"]):
        console.print(Text(f"  note: {note}", style="dim"), soft_wrap=True)


def _verification(console: Console, data: dict[str, Any], *, quiet: bool) -> None:
    result = data["verification"]
    if result is None:
        return
    if not quiet:
        print_verification(console, data["model"], result)
    elif result["verdict"] != "equal":
        print_verdict(console, data["model"], result)


def _differences(console: Console, differences: list[dict[str, Any]]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    same = all(one["in_model"] in ("", one["in_file"]) for one in differences)  # so it is with PyTorch
    names = ("name",) if same else ("name in the file", "name in the model")
    for column in ("", *names, "shape in the file", "shape in the model"):
        table.add_column(column, overflow="fold")
    for one in differences[:_SHOWN]:
        kind = "other shape" if one["kind"] == "shape" else one["kind"]
        called = (one["in_file"],) if same else (one["in_file"], one["in_model"])
        table.add_row(kind, *called, _shape(one["file_shape"]), _shape(one["model_shape"]))
    console.print(table, width=None if console.is_terminal else _WIDE, crop=False)
    if len(differences) > _SHOWN:
        console.print(f"  and {len(differences) - _SHOWN} more", markup=False)


def _shape(shape: list[int] | tuple[int, ...] | None) -> str:
    return "" if shape is None else "[" + ", ".join(map(str, shape)) + "]"
