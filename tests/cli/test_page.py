"""The page about verifications: everything is on it, nothing is executed or loaded by it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from translate.report.code import excerpts
from translate.report.html import Entry, page


def _comparison(
    name: str, error: float | None = 1e-12, *, equal: bool = True, dtype: str = "float64"
) -> dict[str, Any]:
    return {"name": name, "dtype": dtype, "error": error, "scale": 1.0, "equal": equal, "detail": "", "where": ""}


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
        "layers": [],
        "divergence": None,
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
    "what": "output",
    "own_code": False,
    "call": 0,
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
    assert read.classes("span").count("hll") == 4, "the line that makes it, on both sides, in the excerpt and the code"
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


def _layer(path: str, error: float | None, *, agrees: bool | None = True, line: int = 2) -> dict[str, Any]:
    source = {"path": path, "kind": "Linear", "made": f"nets/model.py:{line}", "called": ""}
    return {
        "source": source,
        "translation": {**source, "kind": "Dense", "made": f"model_tf.py:{line}"},
        "shape": [2, 5],
        "error": error,
        "scale": 10.0,
        "agrees": agrees,
        "number": 0,
    }


def _page_of(*layers: dict[str, Any], **result: Any) -> _Reader:
    whole = {**DIFFERENT, "layers": list(layers), **result}
    return _Reader(page([Entry("Net()", whole, SOURCE, TRANSLATION)], "model.py", "0.0"))


def test_the_error_of_each_layer_is_drawn_and_the_first_that_differs_marked() -> None:
    read = _page_of(_layer("conv", 1e-14), _layer("fc", 1e-3, agrees=False), _layer("norm", None, agrees=None))
    assert "fc: 1.0e-04\nLinear at nets/model.py:2 and Dense at model_tf.py:2\ngives [2, 5]" in read.text
    assert "norm: of other shapes" in read.text
    (line,) = (found for tag, found in read.tags if tag == "line" and found.get("class") == "first")
    drawn = [found for tag, found in read.tags if tag == "rect" and found.get("class") == "different"]
    assert float(line["x1"] or "") == float(drawn[0]["x"] or "") + 3.5, "the middle of the one that is named"
    assert read.classes("circle").count("unknown") == 1
    targets = {found["id"] for tag, found in read.tags if tag == "a" and "id" in found}
    links = [found["href"] for tag, found in read.tags if tag == "a" and "href" in found]
    assert links == ["#entry-1-source-2"] * 3
    assert "entry-1-source-2" in targets, "the line of code"


def test_where_the_code_between_layers_differs_the_first_behind_it_is_marked() -> None:
    parting = {**DIFFERENT["divergence"], "own_code": True, "beside": ["model.py:1", "model_tf.py:2"]}
    layers = _layer("a", 0.0), _layer("b", 1.0, agrees=False), _layer("c", 2.0, agrees=False)
    read = _page_of(*layers, divergence=parting)
    assert read.classes("text").count("first") == 1
    assert "b: 1.0e-01" in read.text
    assert read.classes("span").count("hll") == 8, "two lines on each side, twice"


def test_what_differs_inside_of_models_that_are_equal_is_no_fault() -> None:
    read = _page_of(_layer("fc", 1.0, agrees=False), verdict="equal", divergence=None)
    assert read.classes("circle").count("unknown") == 1
    assert "as a whole they are equal" in read.text
    assert "first" not in read.classes("line")


def test_of_many_layers_some_are_named() -> None:
    layers = [_layer(f"encoder.layers_with_a_long_name.{n}.fc", 1e-15) for n in range(300)]
    layers[150] = _layer("fc", 1.0, agrees=False)
    read = _page_of(*layers)
    assert sum(tag == "title" for tag, _ in read.tags) > 300, "each tells its numbers"
    named = [found for tag, found in read.tags if tag == "text" and "rotate" in (found.get("transform") or "")]
    assert len(named) <= 34
    assert read.classes("text").count("tick named") == 1


def test_only_what_lies_around_marked_lines_is_shown_before_the_code() -> None:
    lines = "".join(f"line_{n} = {n}\n" for n in range(1, 101))
    first, second = excerpts(lines, {10, 12, 60})
    assert [n for n in range(1, 101) if f"line_{n}</span>" in first] == list(range(6, 17))
    assert [n for n in range(1, 101) if f"line_{n}</span>" in second] == list(range(56, 65))
    assert first.count("hll") == 2
    assert excerpts(lines, set()) == []
