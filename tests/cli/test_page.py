"""The page about verifications: everything is on it, nothing is executed or loaded by it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from translate.report.html import Entry, page


def _comparison(
    name: str, error: float | None = 1e-12, *, equal: bool = True, dtype: str = "float64"
) -> dict[str, Any]:
    return {"name": name, "dtype": dtype, "error": error, "scale": 1.0, "equal": equal, "detail": ""}


def _result(*comparisons: dict[str, Any], verdict: str = "equal", message: str = "equal: all") -> dict[str, Any]:
    return {
        "verdict": verdict,
        "message": message,
        "comparisons": list(comparisons),
        "largest_error": 1e-12,
        "examples": 3,
        "seconds": 2.0,
        "seed": 7,
        "notes": ["told <b>plainly</b>"],
        "failing_sizes": {"N": 1} if verdict == "different" else None,
        "failing_values": "",
        "parameters": 1234,
    }


SOURCE = ("model.py", "class Net:\n    text = '<script>alert(1)</script>'\n")
TRANSLATION = ("model_tf.py", "class Net:\n    pass\n")
EQUAL = _result(_comparison("output"), _comparison("output", 1e-6, dtype="float32"))
DIFFERENT = _result(
    _comparison("output"),
    _comparison("gradient of a.weight", 0.25, equal=False),
    _comparison("gradient of b.weight", None, equal=False),
    verdict="different",
    message="different: gradient of a.weight",
)
_PLACE = {"path": "fc", "kind": "Linear", "called": ""}
DIFFERENT["divergence"] = {
    "message": "fc differs first",
    "source": {**_PLACE, "made": "model.py:2"},
    "translation": {**_PLACE, "made": "nets/model_tf.py:1"},
}
FAILED = _result(verdict="failed", message="not finished after 4 s")


class _Reader(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def classes(self, tag: str) -> list[str | None]:
        return [found.get("class") for name, found in self.tags if name == tag]


def test_everything_is_on_the_page() -> None:
    results = (("Net(1)", EQUAL), ("Net(2)", DIFFERENT), ("Net(3)", FAILED))
    entries = [Entry(n, r, SOURCE, TRANSLATION) for n, r in results]
    entries.append(Entry("Other", None, SOURCE, TRANSLATION, problem="nothing says how it is built"))
    read = _Reader(page(entries, "model.py", "0.0"))
    said = " ".join(read.text.split())
    assert "4 models: 1 equal, 1 different, 1 failed, 1 not verified" in said
    assert "gradient of a.weight: 2.5e-01" in said, "errors are in the plot's titles"
    assert "gradient of b.weight: not a number" in said
    assert "Smallest sizes that differ: N=1; seed 7." in said
    assert "not finished after 4 s" in said
    assert "not verified: nothing says how it is built" in said
    assert "fc differs first" in said
    assert read.classes("span").count("hll") == 2, "the line that makes it, on both sides"
    assert read.classes("circle") == ["equal"] * 3
    assert read.classes("rect").count("different") == 2
    assert "model_tf.py" in said


def test_higher_errors_are_drawn_higher() -> None:
    comparisons = [_comparison(str(e), e) for e in (0.0, 1e-15, 1e-9, 1e-3)] + [_comparison("nan", None)]
    read = _Reader(page([Entry("Net()", _result(*comparisons), SOURCE, TRANSLATION)], "model.py", "0.0"))
    heights = [float(found["cy"] or "") for tag, found in read.tags if tag == "circle"]
    assert heights == sorted(heights, reverse=True)
    assert len(set(heights)) == len(heights)


def test_the_page_runs_and_loads_nothing() -> None:
    text = page([Entry("Net('<img src=x>')", EQUAL, SOURCE, TRANSLATION)], "<script>", "0.0")
    read = _Reader(text)
    assert not {"script", "img", "link", "iframe", "b"} & {tag for tag, _ in read.tags}
    assert not re.search(r"https?:|url\(|@import", text)
    assert "<script>alert(1)</script>" in read.text, "the code is shown as it is"
