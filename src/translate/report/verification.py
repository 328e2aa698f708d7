"""What a verification found, as a table. Takes its JSON form, so that no framework is needed to print it."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

_STYLES = {"equal": "bold green", "different": "bold red", "failed": "bold yellow"}
_SHOWN = 8


def print_verification(console: Console, model: str, result: dict[str, Any]) -> None:
    """What was compared, and the verdict."""
    rows = _rows(result["comparisons"])
    if rows:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        table.add_column("compared")
        table.add_column("dtype")
        table.add_column("largest error", justify="right")
        table.add_column("")
        for row in rows:
            table.add_row(*row)
        console.print(table)
    for note in result["notes"]:
        console.print(Text(f"  note: {note}", style="dim"), soft_wrap=True)
    print_verdict(console, model, result)
    if result["divergence"]:
        console.print(Text(f"  first difference: {result['divergence']['message']}"), soft_wrap=True)
    if result["failing_sizes"]:
        sizes = ", ".join(f"{name}={size}" for name, size in result["failing_sizes"].items())
        sizes += f"; inputs {result['failing_values']}" if result["failing_values"] else ""
        console.print(f"  smallest sizes that differ: {sizes}; seed {result['seed']}", soft_wrap=True, markup=False)
    elif result["verdict"] == "equal":
        done = f"{result['parameters']:,} trainable numbers, seed {result['seed']}, {result['seconds']:.0f} s"
        done += f", Keras on {result['backend']}" if result["backend"] != "tensorflow" else ""
        done += ", on the GPU" if result["device"] == "cuda" else ""
        console.print(Text(f"  {done}", style="dim"), soft_wrap=True)


def print_verdict(console: Console, model: str, result: dict[str, Any]) -> None:
    """One line: ``Net(): equal: 10 tensors compared at 6 combinations of sizes``."""
    verdict, message = result["verdict"], result["message"]
    # The message starts with the verdict, except where there was nothing to compare.
    rest = message.removeprefix(verdict) if message.startswith(verdict) else f": {message}"
    console.print(Text.assemble(f"{model}: ", (verdict, _STYLES[verdict]), rest), soft_wrap=True)


def relative_error(comparison: dict[str, Any]) -> float | None:
    """The error by the scale of what was compared; None if it is not a number."""
    error, scale = comparison["error"], comparison["scale"]
    if error is None or scale is None or (error and not scale):
        return None
    return error / scale if error else 0.0


def _rows(comparisons: list[dict[str, Any]]) -> list[tuple[str, str, str, Text]]:
    differing = [c for c in comparisons if not c["equal"]]
    rows = [(c["name"], c["dtype"], _error(c), Text("different", style="red")) for c in differing[:_SHOWN]]
    if len(differing) > _SHOWN:
        rows.append((f"and {len(differing) - _SHOWN} more", "", "", Text("different", style="red")))
    worst: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for c in comparisons:
        if c["equal"]:
            worst.setdefault((kind_of(c["name"]), c["dtype"]), []).append(c)
    for (kind, dtype), group in worst.items():
        found = max(group, key=lambda c: relative_error(c) or 0.0)
        name = kind if len(group) == 1 else f"{kind} ({len(group)})"
        rows.append((name, dtype, _error(found), Text("equal", style="green")))
    return rows


def kind_of(name: str) -> str:
    """``gradient of conv1.weight`` is one of the gradients: hundreds of them make one row."""
    for words in (
        "training gradient",
        "gradient",
        "training buffer",
        "buffer",
        "training output",
        "second call output",
        "output",
    ):
        if name.startswith(words):
            return words if words.endswith("output") else f"{words}s"
    return name


def _error(comparison: dict[str, Any]) -> str:
    if comparison["detail"]:
        return comparison["detail"]
    error = relative_error(comparison)
    return "not a number" if error is None else f"{error:.1e}"
