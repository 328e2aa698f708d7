"""The language in which inputs are described: ``x: float32[N,3,H,W], H in 32..96 by 32``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
_TOKEN = re.compile(r"\s*(?:(?P<number>\d+)|(?P<name>[A-Za-z_]\w*)|(?P<sign>\.\.|[:\[\],<]))")


class SpecError(ValueError):
    """A description of an input cannot be read. ``position`` is the 0-based column in ``text``."""

    def __init__(self, problem: str, text: str, position: int) -> None:
        self.text, self.position = text, position
        super().__init__(f"{problem}, at column {position + 1}\n  {text}\n  {' ' * position}^")


@dataclass(frozen=True)
class Range:
    """Sizes from ``low`` to ``high``, both included, every ``step``."""

    low: int
    high: int
    step: int = 1

    def clip(self, size: int) -> int:
        """The smallest allowed size that is not below ``size``, else the largest."""
        steps = max(0, -(-(size - self.low) // self.step))
        return self.low + self.step * min(steps, (self.high - self.low) // self.step)


@dataclass(frozen=True)
class Input:
    """One tensor that the model takes."""

    name: str
    dtype: str
    dimensions: tuple[int | str, ...]
    below: int = 10
    """Integers are drawn from 0 up to, but without, this."""

    @property
    def is_float(self) -> bool:
        return "float" in self.dtype

    def shape(self, sizes: Mapping[str, int]) -> tuple[int, ...]:
        return tuple(sizes[d] if isinstance(d, str) else d for d in self.dimensions)


@dataclass(frozen=True)
class Inputs:
    """All tensors that the model takes, in order, and what is known of their named sizes."""

    inputs: tuple[Input, ...]
    ranges: Mapping[str, Range]

    @property
    def names(self) -> tuple[str, ...]:
        """Named sizes in the order in which they first occur."""
        return tuple(dict.fromkeys(d for i in self.inputs for d in i.dimensions if isinstance(d, str)))

    @property
    def batch(self) -> str | None:
        """The named size that counts examples, if one has a name that says so."""
        return next((n for n in self.names if n.lower() in BATCH_NAMES), None)

    @classmethod
    def parse(cls, texts: Sequence[str]) -> Inputs:
        """Read one description for each input. Raises SpecError."""
        ranges: dict[str, Range] = {}
        inputs: list[Input] = []
        named: set[str] = set()
        for text in texts:
            parser = _Parser(text)
            found = parser.input(ranges)
            if found.name in named:
                raise SpecError(f"a second input called {found.name!r}", text, 0)
            named.add(found.name)
            inputs.append(found)
        result = cls(tuple(inputs), ranges)
        for name in ranges:
            if name not in result.names:
                text = next(t for t in texts if re.search(rf"\b{name}\s+in\b", t))
                raise SpecError(f"no input has a size {name!r}", text, text.index(name))
        return result


class _Parser:
    def __init__(self, text: str) -> None:
        self.text, self.position = text, 0

    def _fail(self, expected: str) -> SpecError:
        rest = self.text[self.position :]
        at = self.position + len(rest) - len(rest.lstrip())
        found = repr(rest.strip()[:12]) if rest.strip() else "the end"
        return SpecError(f"expected {expected}, found {found}", self.text, at)

    def _take(self, kind: str, *wanted: str) -> str | None:
        match = _TOKEN.match(self.text, self.position)
        value = match[kind] if match else None
        if match is None or value is None or (wanted and value not in wanted):
            return None
        self.position = match.end()
        return value

    def _need(self, kind: str, expected: str, *wanted: str) -> str:
        value = self._take(kind, *wanted)
        if value is None:
            raise self._fail(expected)
        return value

    def input(self, ranges: dict[str, Range]) -> Input:
        name = self._need("name", "the name of an input")
        self._need("sign", "':'", ":")
        dtype = self._need("name", "a dtype such as float32 or int64", *DTYPES)
        self._need("sign", "'['", "[")
        dimensions: list[int | str] = []
        while self._take("sign", "]") is None:
            if dimensions:
                self._need("sign", "',' or ']'", ",")
            dimensions.append(self._dimension())
        below = 10
        if "float" not in dtype and dtype != "bool" and self._take("sign", "<"):
            below = int(self._need("number", "a number"))
        while self._take("sign", ","):
            self._range(ranges)
        if self.text[self.position :].strip():
            raise self._fail("',' or the end")
        return Input(name, dtype, tuple(dimensions), below)

    def _dimension(self) -> int | str:
        number = self._take("number")
        if number is None:
            return self._need("name", "a size: a number or a name")
        return int(number)

    def _range(self, ranges: dict[str, Range]) -> None:
        name = self._need("name", "the name of a size")
        self._need("name", "'in'", "in")
        start = self.position
        low = int(self._need("number", "a number"))
        self._need("sign", "'..'", "..")
        high = int(self._need("number", "a number"))
        step = int(self._need("number", "a number")) if self._take("name", "by") else 1
        if not 1 <= low <= high or step < 1:
            raise SpecError("not a range of sizes", self.text, start + 1)
        ranges[name] = Range(low, high, step)
