"""The language in which inputs are described: ``x: float32[N,3,H,W], H in 32..96 by 32``.

docs/inputs.md is its description for users; ``spec_parser.py`` reads it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, TypeAlias, TypeVar

from translate.verify.spec_sizes import Range, Size, evaluate, names_in

__all__ = ["BATCH_NAMES", "DTYPES", "Argument", "Fixed", "Group", "Input", "Inputs", "Range", "SpecError", "Values"]

DTYPES = (
    "float16",
    "bfloat16",
    "float32",
    "float64",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "bool",
)
BATCH_NAMES = ("n", "b", "bs", "batch", "batch_size")
_BELOW = 10
T = TypeVar("T")


class SpecError(ValueError):
    """A description of an input cannot be read. ``position`` is the 0-based column in ``text``."""

    def __init__(self, problem: str, text: str, position: int) -> None:
        self.text, self.position = text, position
        super().__init__(f"{problem}, at column {position + 1}\n  {text}\n  {' ' * position}^")


@dataclass(frozen=True)
class Values:
    """``in 1..T``: which values a tensor has, both ends included. Of integers the ends may be sizes."""

    low: Size | float
    high: Size | float

    def __str__(self) -> str:
        return f"{self.low}..{self.high}"


@dataclass(frozen=True)
class Input:
    """One tensor that the model takes."""

    name: str
    dtype: str
    dimensions: tuple[Size, ...]
    below: Size = _BELOW
    """Integers are drawn from 0 up to, but without, this."""
    values: Values | None = None
    """Instead of ``below``."""
    optional: bool = False
    """The model is called with it and without."""

    @property
    def is_float(self) -> bool:
        return "float" in self.dtype

    def shape(self, sizes: Mapping[str, int]) -> tuple[int, ...]:
        return tuple(evaluate(d, sizes) for d in self.dimensions)

    def bounds(self, sizes: Mapping[str, int]) -> tuple[float, float] | None:
        """The smallest and the largest value. None: floats of any size, or truth values."""
        if self.values is not None:
            low, high = (v if isinstance(v, float) else evaluate(v, sizes) for v in (self.values.low, self.values.high))
            return low, high
        return None if self.is_float or self.dtype == "bool" else (0, evaluate(self.below, sizes) - 1)

    def names(self) -> Iterator[str]:
        """The named sizes in it."""
        ends = (self.values.low, self.values.high) if self.values else ()
        for size in (*self.dimensions, self.below, *ends):
            if not isinstance(size, float):
                yield from names_in(size)

    def __str__(self) -> str:
        """Without the name."""
        bounds = f" in {self.values}" if self.values else f" < {self.below}" if self.below != _BELOW else ""
        dimensions = ",".join(str(d) for d in self.dimensions)
        return f"{self.dtype}[{dimensions}]{'?' if self.optional else ''}{bounds}"


@dataclass(frozen=True)
class Fixed:
    """An argument that is always the same: ``scale = 2``."""

    name: str
    value: Any

    def __str__(self) -> str:
        """Without the name."""
        return repr(self.value)


@dataclass(frozen=True)
class Group:
    """Several in one argument: ``(a: ..., b: ...)``, ``[..., ...]`` or ``{a: ..., b: ...}``."""

    name: str
    kind: Literal["tuple", "list", "dict"]
    items: tuple[Argument, ...]
    """In a dict their names are the keys; elsewhere they may have none."""
    optional: bool = False

    def __str__(self) -> str:
        """Without the name."""
        opening, closing = {"tuple": "()", "list": "[]", "dict": "{}"}[self.kind]
        inside = ", ".join(written(item, quoted=self.kind == "dict") for item in self.items)
        return f"{opening}{inside}{closing}{'?' if self.optional else ''}"


Argument: TypeAlias = Input | Fixed | Group


def written(argument: Argument, *, quoted: bool = False) -> str:
    """An argument as it is read."""
    name = repr(argument.name) if quoted and not argument.name.isidentifier() else argument.name
    if isinstance(argument, Fixed):
        return f"{name} = {argument}" if name else str(argument)
    return f"{name}: {argument}" if name else str(argument)


def leaves(argument: Argument, path: str = "") -> Iterator[Input]:
    """The tensors in an argument, in order, named by their paths: ``pair.a``, ``pair[0]``, ``batch['image']``."""
    path = path or argument.name
    if isinstance(argument, Input):
        yield replace(argument, name=path)
    elif isinstance(argument, Group):
        for index, item in enumerate(argument.items):
            yield from leaves(item, _inside(argument, path, index))


def _inside(group: Group, path: str, index: int) -> str:
    name = group.items[index].name
    if not path and name:
        return name
    if group.kind == "dict":
        return f"{path}[{name!r}]"
    return f"{path}.{name}" if name else f"{path}[{index}]"


@dataclass(frozen=True)
class Inputs:
    """All that the model takes, in order, and what is known of named sizes.

    Whether an optional argument is there counts as a size as well: its name with a question mark, 1 or 0.
    """

    arguments: tuple[Argument, ...]
    ranges: Mapping[str, Range]

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        """The tensors, also those inside of tuples, lists and dicts."""
        return tuple(leaf for argument in self.arguments for leaf in leaves(argument))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Named sizes in the order in which they first occur."""
        return tuple(dict.fromkeys(name for i in self.inputs for name in i.names()))

    @cached_property
    def switches(self) -> tuple[str, ...]:
        """For each optional argument the size that says whether it is there."""
        return tuple(f"{a.name}?" for a in self.arguments if not isinstance(a, Fixed) and a.optional)

    @property
    def batch(self) -> str | None:
        """The named size that counts examples, if one has a name that says so."""
        return next((n for n in self.names if n.lower() in BATCH_NAMES), None)

    @cached_property
    def is_plain(self) -> bool:
        """One tensor an argument, and none may be left out."""
        return all(isinstance(a, Input) and not a.optional for a in self.arguments)

    def is_there(self, argument: Argument, sizes: Mapping[str, int]) -> bool:
        return sizes.get(f"{argument.name}?", 1) != 0

    def present(self, sizes: Mapping[str, int]) -> tuple[bool, ...]:
        """For each tensor whether the model gets it."""
        return tuple(self.is_there(a, sizes) for a in self.arguments for _ in leaves(a))

    def with_and_without(self, sizes: Mapping[str, int]) -> list[dict[str, int]]:
        """The same sizes with each optional argument left out, then with all."""
        single = [{**sizes, switch: 0} for switch in self.switches]
        return single + ([{**sizes, **dict.fromkeys(self.switches, 0)}] if len(single) > 1 else [])

    def needed(self, refused: Mapping[str, int]) -> list[str]:
        """What it says if a model refuses these sizes: an optional argument that it needs."""
        left_out = [switch.removesuffix("?") for switch in self.switches if not refused[switch]]
        return [f"the source does not run without {' and '.join(left_out)}"] if left_out else []

    def bind(self, tensors: Sequence[T | None]) -> list[tuple[Argument, Any] | None]:
        """For each argument its value, made of one tensor a leaf; None for one that is left out (its tensors are)."""
        rest = iter(tensors)
        return [self._bound(argument, rest) for argument in self.arguments]

    def _bound(self, argument: Argument, rest: Iterator[T | None]) -> tuple[Argument, Any] | None:
        taken: list[T | None] = []

        def value(one: Argument) -> Any:
            if isinstance(one, Fixed):
                return one.value
            if isinstance(one, Input):
                taken.append(next(rest))
                return taken[-1]
            parts = [value(item) for item in one.items]
            if one.kind == "dict":
                return dict(zip((item.name for item in one.items), parts, strict=True))
            return tuple(parts) if one.kind == "tuple" else parts

        made = value(argument)
        return None if taken and all(t is None for t in taken) else (argument, made)

    def render(self) -> tuple[str, ...]:
        """The texts that ``parse`` reads as this; ranges stand with the first input that has the size."""
        texts: list[str] = []
        told: set[str] = set()
        for argument in self.arguments:
            text = written(argument)
            for name in dict.fromkeys(n for leaf in leaves(argument) for n in leaf.names()):
                if name in self.ranges and name not in told:
                    told.add(name)
                    text += f", {name} in {self.ranges[name]}"
            texts.append(text)
        return tuple(texts)

    @classmethod
    def parse(cls, texts: Sequence[str]) -> Inputs:
        """Read one description for each argument. Raises SpecError."""
        from translate.verify.spec_parser import parse

        return parse(texts)
