"""The language of inputs."""

from __future__ import annotations

import pytest

from translate.verify.spec import Input, Inputs, Range, SpecError


def test_an_image_with_bounds() -> None:
    inputs = Inputs.parse(["x: float32[N,3,H,W], H in 32..96 by 32, W in 40..41"])
    assert inputs.inputs == (Input("x", "float32", ("N", 3, "H", "W")),)
    assert inputs.ranges == {"H": Range(32, 96, 32), "W": Range(40, 41)}
    assert inputs.names == ("N", "H", "W")
    assert inputs.batch == "N"
    assert inputs.inputs[0].shape({"N": 2, "H": 5, "W": 6}) == (2, 3, 5, 6)


def test_integers_bools_and_scalars() -> None:
    inputs = Inputs.parse(["tokens:int64[B,T]<1000", "mask: bool[B, T]", "alpha: float32[]"])
    assert [i.below for i in inputs.inputs] == [1000, 10, 10]
    assert inputs.inputs[2].shape({}) == ()
    assert inputs.batch == "B"


def test_clipping_to_a_range() -> None:
    span = Range(32, 96, 32)
    assert [span.clip(s) for s in (1, 32, 33, 64, 1000)] == [32, 32, 64, 64, 96]


@pytest.mark.parametrize(
    ("text", "column", "problem"),
    [
        ("", 1, "the name of an input, found the end"),
        ("x", 2, "expected ':'"),
        ("x: flot32[N]", 4, "expected a dtype such as float32"),
        ("x: float32", 11, r"expected '\[', found the end"),
        ("x: float32[N", 13, "expected ',' or ']'"),
        ("x: float32[N,]", 14, "expected a size"),
        ("x: float32[N] < 5", 15, "expected ',' or the end"),
        ("x: float32[N], N in 5", 22, "expected '..'"),
        ("x: float32[N], N in 5..3", 21, "not a range of sizes"),
        ("x: float32[N], M in 1..3", 16, "no input has a size 'M'"),
        ("x: float32[N] what", 15, "expected ',' or the end, found 'what'"),
        ("x: float32[-1]", 12, "expected a size"),
    ],
)
def test_mistakes_are_shown_with_their_place(text: str, column: int, problem: str) -> None:
    with pytest.raises(SpecError, match=problem) as error:
        Inputs.parse([text])
    assert error.value.position + 1 == column
    assert f"at column {column}\n" in str(error.value)


def test_a_name_is_used_once() -> None:
    with pytest.raises(SpecError, match="second input called 'x'"):
        Inputs.parse(["x: float32[N]", "x: float32[N]"])
