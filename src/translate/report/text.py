"""The report for people: findings in the manner of a compiler, and a closing line."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from translate.diagnostics import Diagnostic

if TYPE_CHECKING:  # takes long to import, and what is kept from an earlier run is told without it
    from translate.translation import Translation

_MOST_USED = 5


def findings(console: Console, source: str, diagnostics: tuple[Diagnostic, ...]) -> None:
    """One line a finding, with its help below it."""
    for d in sorted(diagnostics):
        code_style = "cyan" if d.is_note else "bold red"
        where = Text(f"{source}:{d.line}:{d.column}: ", style="bold")
        console.print(where + Text.assemble((d.code, code_style), " ", d.message), soft_wrap=True)
        if d.help:
            console.print(Text.assemble(("  help: ", "dim"), d.help), soft_wrap=True)


def summary(translation: Translation) -> str:
    """``Translated 63 calls; 2 left (T101 x2); 1 note.``"""
    left = Counter(d.code for d in translation.diagnostics if not d.is_note)
    notes = sum(d.is_note for d in translation.diagnostics)
    parts = [f"Translated {_count(sum(translation.translated.values()), 'call')}"]
    if left:
        codes = ", ".join(f"{code} x{n}" if n > 1 else code for code, n in sorted(left.items()))
        parts.append(f"{left.total()} left ({codes})")
    else:
        parts.append("none left")
    if notes:
        parts.append(_count(notes, "note"))
    if translation.suppressed:
        parts.append(f"{translation.suppressed} ignored as the source says")
    return "; ".join(parts) + "."


def most_used(translation: Translation) -> str:
    """The APIs that were translated most often: ``torch.nn.Conv2d 7, torch.nn.ReLU 3 and 4 more``."""
    ranked = sorted(translation.translated.items(), key=lambda item: (-item[1], item[0]))
    text = ", ".join(f"{name} {count}" for name, count in ranked[:_MOST_USED])
    more = len(ranked) - _MOST_USED
    return f"{text} and {more} more" if more > 0 else text


def arrangements(translation: Translation) -> list[str]:
    """For each model the order of axes of its inputs and outputs, where that changed."""
    lines: list[str] = []
    for unit in translation.units:
        if unit.kind != "model":
            continue
        changed = [
            f"{tensor.name or 'output'} {tensor.source} -> {tensor.target}"
            for tensor in (*unit.inputs, *unit.outputs)
            if tensor.source != tensor.target
        ]
        if changed:
            lines.append(f"{unit.name}: {', '.join(changed)}")
    return lines


def print_translation(console: Console, source: str, translation: Translation, place: str) -> None:
    """Findings, what was done and where it went."""
    findings(console, source, translation.diagnostics)
    if place:
        console.print(Text.assemble("Wrote ", (place, "bold")), soft_wrap=True)
    if translation.translated:
        console.print(Text(f"  most used: {most_used(translation)}", style="dim"), soft_wrap=True)
    for line in arrangements(translation):
        console.print(Text(f"  axes of {line}", style="dim"), soft_wrap=True)
    style = "bold green" if translation.complete else "bold yellow"
    console.print(Text(summary(translation), style=style), soft_wrap=True)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
