"""All verifications of a file: what was found to build and feed, what came out, and what was not found."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rich.console import Console
from rich.text import Text

from translate.report.verification import print_verdict, print_verification


def print_verifications(console: Console, source: str, done: list[dict[str, Any]], *, quiet: bool = False) -> None:
    """One after the other; of several, their number by verdict at last."""
    for one in done:
        result = one["verification"]
        if result is None:
            if not quiet or one["alone"]:
                _print_missing(console, source, one)
        elif not quiet:
            _print_found(console, one)
            print_verification(console, one["model"], result)
            if one["script"]:
                console.print(f"  to reproduce it: python {one['script']}", soft_wrap=True, markup=False)
        elif result["verdict"] != "equal":
            print_verdict(console, one["model"], result)
    if len(done) > 1 and not quiet:
        counts = Counter(one["verification"]["verdict"] if one["verification"] else "not verified" for one in done)
        told = ", ".join(f"{counts[v]} {v}" for v in ("equal", "different", "failed", "not verified") if counts[v])
        console.print(Text(f"{len(done)} models: {told}", style="bold"), soft_wrap=True)


def _print_found(console: Console, one: dict[str, Any]) -> None:
    """What was chosen, in the words that would ask for the same, and where it is from."""
    if not one["found"]:
        return
    asked = " ".join([f'--model "{one["model"]}"', *(f'--input "{text}"' for text in one["inputs"])])
    console.print(Text(f"Found: {asked}", style="dim"), soft_wrap=True)
    for line in one["found"]:
        console.print(Text(f"  {line}", style="dim"), soft_wrap=True)


def _print_missing(console: Console, source: str, one: dict[str, Any]) -> None:
    name = one["name"] or source
    text = Text.assemble(f"{name}: ", ("not verified", "bold yellow"), f": {one['problem']}")
    console.print(text, soft_wrap=True)
    if "--translated-model" not in one["problem"]:
        console.print(
            Text(f'  help: say it with --model "{name}(...)" --input "x: float32[N,...]"', style="dim"), soft_wrap=True
        )
