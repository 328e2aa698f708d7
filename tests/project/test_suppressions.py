"""``# translate: ignore[T101]``: on a line, a block, a file; what is not needed is said."""

from __future__ import annotations

import pytest

from translate import translate
from translate.diagnostics import Diagnostic
from translate.report.text import summary
from translate.suppression import Suppressions

SOURCE = """import torch


class Net(torch.nn.Module):{block}
    def forward(self, x):
        x = torch.stft({line}
            x,
            4,
        ){end}
        return torch.istft(x, 4)
{file}
"""


def told(**comments: str) -> list[tuple[int, str]]:
    texts = {place: f"  # translate: {comments[place]}" if place in comments else "" for place in PLACES}
    done = translate(SOURCE.format(**{**texts, "file": texts["file"].strip()}))
    assert done.suppressed == 2 - sum(d.code == "T101" for d in done.diagnostics)
    return [(d.line, d.code) for d in done.diagnostics]


PLACES = ("block", "line", "end", "file")
BOTH = [(6, "T101"), (10, "T101")]


def test_without() -> None:
    assert told() == BOTH


@pytest.mark.parametrize("place", ["line", "end"])
def test_any_line_of_the_statement(place: str) -> None:
    assert told(**{place: "ignore[T101]"}) == [(10, "T101")]


def test_block_and_file() -> None:
    assert told(block="ignore[T101]") == []
    assert told(file="ignore-file[T101]") == []


def test_unused_unknown_and_empty_are_told() -> None:
    assert told(line="ignore[T102]") == [BOTH[0], (6, "N208"), BOTH[1]]
    assert told(end="ignore[T101, T999]") == [(9, "N208"), (10, "T101")]
    assert told(end="ignore") == [BOTH[0], (9, "N208"), BOTH[1]]
    assert told(block="ignore[T101, N201]") == [(4, "N208")]
    assert told(file="ignore[T101]") == [*BOTH, (11, "N208")]


def test_what_is_known_is_not_marked_and_stays() -> None:
    text = SOURCE.format(block="", line="  # translate: ignore[T101]", end="", file="")
    code = translate(text).code
    assert "torch.stft(  # translate: ignore[T101]\n" in code
    assert code.count("TODO(translate)") == 1
    assert "istft(x, 4)  # TODO(translate): T101" in code


def test_by_configuration() -> None:
    done = translate(SOURCE.format(block="", line="", end="", file=""), ignore=("T101",))
    assert (done.complete, done.suppressed, "TODO" in done.code) == (True, 2, False)


def test_a_string_is_no_comment() -> None:
    known = Suppressions('x = "# translate: ignore[T101]"; f(x)\n')
    assert not known.covers(1, "T101")


def test_the_head_of_a_branch_is_not_its_body() -> None:
    text = "if a(\n):  # translate: ignore[T101]\n    b()\n@c  # translate: ignore[T102]\ndef d():\n    e()\n"
    known = Suppressions(text)
    assert [line for line in range(1, 7) if known.covers(line, "T101")] == [1, 2]
    assert [line for line in range(1, 7) if known.covers(line, "T102")] == [4, 5, 6]
    assert known.apply([Diagnostic(1, 1, "T101", ""), Diagnostic(3, 1, "T101", "")]) == (
        [Diagnostic(3, 1, "T101", "")],
        1,
    )


def test_the_report_says_how_many() -> None:
    done = translate(SOURCE.format(block="", line="  # translate: ignore[T101]", end="", file=""))
    assert done.to_json()["suppressed"] == 1
    assert summary(done).endswith("1 left (T101); 1 ignored as the source says.")
