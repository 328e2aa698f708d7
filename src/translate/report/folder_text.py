"""What became of a folder, for people."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from translate.diagnostics import CODES
from translate.report.folder import PERSON, FileOutcome, FolderOutcome, State
from translate.report.text import findings

_FEW, _MANY = 5, 40
"""APIs that are listed without and with --statistics."""
_WORDS: dict[State, str] = {
    "translated": "translated",
    "copied": "copied",
    "up to date": "up to date",
    "stale": "out of date",
    "left out": "left out",
    "edited": "edited by hand",
    "conflict": "edited by hand and out of date",
    "not ours": "not ours",
    "failed": "failed",
    "crashed": "crashed",
}


def print_folder(console: Console, outcome: FolderOutcome, *, statistics: bool = False, quiet: bool = False) -> None:
    """Findings file by file (or their counts), what needs a person, and a summary."""
    for file in outcome.files:
        _file(console, file, findings_too=not statistics and not quiet)
    if quiet:
        return
    for note in outcome.notes:
        console.print(f"note: {escape(note)}", soft_wrap=True)
    for orphan in outcome.orphans:
        console.print(f"note: {escape(orphan)}: its source is no more; delete it if nobody needs it", soft_wrap=True)
    if statistics:
        _codes(console, outcome)
    _apis(console, outcome, _MANY if statistics else _FEW)
    for line in summary(outcome):
        console.print(Text(line, style="bold green" if outcome.complete else "bold yellow"), soft_wrap=True)


def summary(outcome: FolderOutcome) -> list[str]:
    """How many files are in which state, and how much was translated."""
    states = outcome.states()
    counted = [f"{states[state]} {words}" for state, words in _WORDS.items() if states[state]]
    with_left = sum(bool(file.left) for file in outcome.files)
    lines = [f"{outcome.source} -> {outcome.output}: {_count(len(outcome.files), 'file')}: {', '.join(counted)}."]
    if outcome.others:
        lines.append(f"{_count(outcome.others, 'other file')} not copied; --copy-files copies them.")
    calls, left = outcome.calls(), outcome.left()
    suppressed = sum(file.suppressed for file in outcome.files)
    notes = sum(d.is_note for file in outcome.files for d in file.diagnostics)
    parts = [f"{_count(calls, 'call')} translated"]
    if left:
        parts.append(f"{left} left in {_count(with_left, 'file')} ({100 * calls / (calls + left):.0f}% done)")
    else:
        parts.append("none left")
    parts += [_count(notes, "note")] if notes else []
    parts += [f"{suppressed} ignored as the source says"] if suppressed else []
    return [*lines, "; ".join(parts) + f". {outcome.seconds:.1f} s."]


def _file(console: Console, file: FileOutcome, *, findings_too: bool) -> None:
    if findings_too and file.state not in ("edited", "conflict"):
        findings(console, file.source, file.diagnostics)
    if file.state in PERSON:
        console.print(Text(file.problem, style="bold red"), soft_wrap=True)
    if file.difference:
        console.print(Text(file.difference.rstrip("\n")), soft_wrap=True)


def _codes(console: Console, outcome: FolderOutcome) -> None:
    table = Table("code", "times", "meaning", box=None, pad_edge=False, header_style="bold")
    table.columns[1].justify = "right"
    for code, count in sorted(outcome.codes().items(), key=lambda item: (item[0][0] == "N", -item[1], item[0])):
        table.add_row(code, str(count), CODES[code])
    if table.row_count:
        console.print(table, "")


def _apis(console: Console, outcome: FolderOutcome, most: int) -> None:
    """What was left most often, and how many files it alone keeps from being complete."""
    found = outcome.untranslated()
    if not found:
        return
    table = Table("left most often", "times", "", "files", "alone in", box=None, pad_edge=False, header_style="bold")
    for column in table.columns[1:]:
        column.justify = "right"
    left = outcome.left()
    for u in found[:most]:
        table.add_row(escape(u.api), str(u.count), f"{100 * u.count / left:.1f}%", str(u.files), str(u.only))
    if len(found) > most:
        table.add_row(f"and {len(found) - most} more", style="dim")
    console.print(table, "")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
