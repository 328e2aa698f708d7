"""The language of inputs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from translate.verify.spec import DTYPES, Argument, Fixed, Group, Input, Inputs, Range, SpecError, Values
from translate.verify.spec_sizes import Operation


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
        ("x: float32[2*]", 14, "expected a size"),
        ("x: float32[(N]", 14, r"expected '\)'"),
        ("n: int64[N] in 1", 17, r"expected '\.\.', found the end"),
        ("n: int64[N] in 5..3", 16, "the first value is above the last"),
        ("scale =", 8, "expected a value: a number, a string"),
        ("(a: float32[N]", 15, r"expected ',' or '\)'"),
        ("{float32[N]}", 9, "expected ':' or '='"),
        ("p: (a: float32[N], a: float32[N])", 20, "a second 'a'"),
        ("p: ()", 5, "an empty tuple"),
        ("x: float32[N] << 5", 15, "expected ',' or the end"),
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


def test_nested_arguments_fixed_values_and_sizes_that_are_computed() -> None:
    texts = [
        "pair: (a: float32[N,T+1], b: int64[N]? in 1..T)",
        "{image: float32[N,3,2*H,H//2], 'a b': bool[N]}?",
        "[float32[N], float32[N] in -1..0.5]",
        "mode = 'bilinear'",
        "sizes = (1, -2.5, [True, None])",
    ]
    found = Inputs.parse(texts)
    names = ["pair.a", "pair.b", "image", "a b", "[0]", "[1]"]
    assert [i.name for i in found.inputs] == names
    assert found.names == ("N", "T", "H")
    assert found.inputs[0].shape({"N": 2, "T": 5, "H": 4}) == (2, 6)
    assert found.inputs[1].bounds({"N": 2, "T": 5, "H": 4}) == (1, 5)
    assert found.inputs[2].shape({"N": 2, "T": 5, "H": 5}) == (2, 3, 10, 2)
    assert found.inputs[5].bounds({}) == (-1.0, 0.5)
    bound = found.bind(names)
    assert [None if b is None else b[1] for b in bound] == [
        ("pair.a", "pair.b"),
        {"image": "image", "a b": "a b"},
        ["[0]", "[1]"],
        "bilinear",
        (1, -2.5, [True, None]),
    ]
    without = found.bind(["pair.a", "pair.b", None, None, "[0]", "[1]"])
    assert without[1] is None
    assert without[2] is not None


def test_an_optional_input_is_drawn_and_left_out() -> None:
    found = Inputs.parse(["x: float32[N]", "mask: bool[N]?", "bias: float32[N]?"])
    assert found.switches == ("mask?", "bias?")
    sizes = {"N": 2, "mask?": 1, "bias?": 1}
    assert found.present(sizes) == (True, True, True)
    assert [found.present(s) for s in found.with_and_without(sizes)] == [
        (True, False, True),
        (True, True, False),
        (True, False, False),
    ]


_NAMES = st.sampled_from(["x", "y", "mask", "inputs", "a_1"])
_SIZES = st.recursive(
    st.integers(0, 99) | st.sampled_from(["N", "T", "H"]),
    lambda inner: st.builds(Operation, st.sampled_from(["+", "-", "*", "//"]), inner, inner),
    max_leaves=4,
)
_NUMBERS = st.integers(-9, 99) | st.floats(-1e3, 1e3, allow_nan=False)
_LITERALS = st.recursive(
    _NUMBERS | st.booleans() | st.none() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple),
    max_leaves=4,
)


@st.composite
def _tensors(draw: st.DrawFn, named: bool = True) -> Input:
    dtype = draw(st.sampled_from(DTYPES))
    below, values = 10, None
    if "int" in dtype:
        kind = draw(st.sampled_from(["plain", "below", "values"]))
        below = draw(_SIZES) if kind == "below" else 10
        if kind == "values":
            values = Values(draw(st.integers(-3, 0)), draw(st.sampled_from(["T", 7]) | st.just(Operation("+", "T", 1))))
    elif "float" in dtype and draw(st.booleans()):
        low = draw(st.floats(-5, 5))
        values = Values(low, low + 1.5)
    name = draw(_NAMES) if named else ""
    dimensions = tuple(draw(st.lists(_SIZES, max_size=4)))
    return Input(name, dtype, dimensions, below, values, draw(st.booleans()))


def _group(kind: str, items: list[Argument], optional: bool) -> Group:
    """Keys in a dict and half of a tuple are named, no two the same."""
    named = [
        item.__class__(**{**vars(item), "name": f"k {i}" if kind == "dict" else f"k{i}" if i % 2 else ""})
        for i, item in enumerate(items)
        if not isinstance(item, Fixed)
    ]
    return Group("", kind, (*named, Fixed("last", 2)), optional)  # type: ignore[arg-type]


_ITEMS = st.recursive(
    _tensors(named=False),
    lambda inner: st.builds(
        _group, st.sampled_from(["tuple", "list", "dict"]), st.lists(inner, min_size=1, max_size=3), st.booleans()
    ),
    max_leaves=5,
)
_ARGUMENTS = st.lists(
    _tensors() | st.builds(Fixed, _NAMES, _LITERALS) | _ITEMS.filter(lambda i: isinstance(i, Group)), max_size=4
)


@settings(max_examples=200, deadline=None)
@given(
    _ARGUMENTS,
    st.dictionaries(
        st.sampled_from(["N", "T", "H"]), st.builds(Range, st.just(2), st.integers(2, 40), st.integers(1, 9))
    ),
)
def test_what_is_written_is_read_as_the_same(arguments: list[Argument], ranges: dict[str, Range]) -> None:
    unique: dict[str, Argument] = {}
    for one in arguments:
        unique.setdefault(one.name or "k", one)
    found = Inputs(tuple(unique.values()), {})
    found = Inputs(found.arguments, {n: r for n, r in ranges.items() if n in found.names})
    assert Inputs.parse(found.render()) == found
