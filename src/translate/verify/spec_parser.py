"""Reading descriptions of inputs; an error points at the column and says what was expected there."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import Any

from translate.verify.spec import DTYPES, Argument, Fixed, Group, Input, Inputs, SpecError, Values
from translate.verify.spec_sizes import Operation, Range, Size

_TOKEN = re.compile(
    r"\s*(?:(?P<decimal>\d+(?:\.\d+(?:e[+-]?\d+)?|e[+-]?\d+))|(?P<number>\d+)|(?P<name>[A-Za-z_]\w*)"
    r"""|(?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?P<sign>\.\.|//|[:\[\](){},<=?+*-]))"""
)
_GROUPS = {"(": ("tuple", ")"), "[": ("list", "]"), "{": ("dict", "}")}
_CONSTANTS = {"True": True, "False": False, "None": None}


def parse(texts: Sequence[str]) -> Inputs:
    """Read one description for each argument. Raises SpecError."""
    ranges: dict[str, Range] = {}
    arguments: list[Argument] = []
    for text in texts:
        found = _Parser(text).argument(ranges)
        arguments.append(found)
        named = [a.name for a in arguments if a.name] + [
            i.name for a in arguments if isinstance(a, Group) for i in Inputs((a,), {}).inputs
        ]
        twice = next((n for n in named if named.count(n) > 1), None)
        if twice is not None:
            raise SpecError(f"a second input called {twice!r}", text, 0)
    result = Inputs(tuple(arguments), ranges)
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
        found = repr(rest.strip()[:12]) if rest.strip() else "the end"
        return SpecError(f"expected {expected}, found {found}", self.text, self._start())

    def _start(self) -> int:
        rest = self.text[self.position :]
        return self.position + len(rest) - len(rest.lstrip())

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

    def argument(self, ranges: dict[str, Range]) -> Argument:
        """One whole description: an argument, then ranges of sizes."""
        if _opens(self.text):
            found: Argument = self._value("")
        else:
            name = self._need("name", "the name of an input")
            found = self._named(name)
        while self._take("sign", ","):
            self._range(ranges)
        if self.text[self.position :].strip():
            raise self._fail("',' or the end")
        return found

    def _named(self, name: str) -> Argument:
        if self._take("sign", "="):
            return Fixed(name, self._literal())
        self._need("sign", "':'", ":")
        return self._value(name)

    def _value(self, name: str) -> Argument:
        opening = self._take("sign", *_GROUPS)
        return self._tensor(name) if opening is None else self._group(name, opening)

    def _group(self, name: str, opening: str) -> Group:
        kind, closing = _GROUPS[opening]
        items: list[Argument] = []
        while self._take("sign", closing) is None:
            if items:
                self._need("sign", f"',' or '{closing}'", ",")
            start = self._start()
            items.append(self._item(kind))
            if items[-1].name and items[-1].name in [i.name for i in items[:-1]]:
                raise SpecError(f"a second {items[-1].name!r}", self.text, start)
        if not items:
            raise SpecError(f"an empty {kind}", self.text, self._start() - 1)
        return Group(name, kind, tuple(items), self._is_optional())  # pyright: ignore[reportArgumentType]

    def _item(self, kind: str) -> Argument:
        start = self.position
        key = self._take("string") if kind == "dict" else None
        name = ast.literal_eval(key) if key else self._take("name")
        if name is not None and _TOKEN.match(self.text, self.position):
            following = _TOKEN.match(self.text, self.position)
            if following and following["sign"] in (":", "="):
                return self._named(name)
        if kind == "dict":
            raise self._fail("':' or '='" if name is not None else "a key")
        self.position = start
        return self._value("")

    def _tensor(self, name: str) -> Input:
        dtype = self._need("name", "a dtype such as float32 or int64", *DTYPES)
        self._need("sign", "'['", "[")
        dimensions: list[Size] = []
        while self._take("sign", "]") is None:
            if dimensions:
                self._need("sign", "',' or ']'", ",")
            dimensions.append(self._size())
        optional = self._is_optional()
        below, values = Input.below, None
        if dtype != "bool":
            if "float" not in dtype and self._take("sign", "<"):
                below = self._size()
            elif self._take("name", "in"):
                values = self._values(whole="float" not in dtype)
        return Input(name, dtype, tuple(dimensions), below, values, optional or self._is_optional())

    def _is_optional(self) -> bool:
        return self._take("sign", "?") is not None

    def _values(self, *, whole: bool) -> Values:
        start = self._start()
        low = self._end_of_values(whole)
        self._need("sign", "'..'", "..")
        high = self._end_of_values(whole)
        if isinstance(low, (int, float)) and isinstance(high, (int, float)) and low > high:
            raise SpecError("the first value is above the last", self.text, start)
        return Values(low, high)

    def _end_of_values(self, whole: bool) -> Size | float:
        if whole:
            return -int(self._need("number", "a number")) if self._take("sign", "-") else self._size()
        number = self._number()
        if number is None:
            raise self._fail("a number")
        return float(number)

    def _number(self) -> int | float | None:
        sign = -1 if self._take("sign", "-") else 1
        decimal = self._take("decimal")
        if decimal is not None:
            return sign * float(decimal)
        whole = self._take("number")
        if whole is None and sign < 0:
            raise self._fail("a number")
        return None if whole is None else sign * int(whole)

    def _size(self) -> Size:
        found = self._product()
        while sign := self._take("sign", "+", "-"):
            found = Operation(sign, found, self._product())
        return found

    def _product(self) -> Size:
        found = self._factor()
        while sign := self._take("sign", "*", "//"):
            found = Operation(sign, found, self._factor())
        return found

    def _factor(self) -> Size:
        if self._take("sign", "("):
            inside = self._size()
            self._need("sign", "')'", ")")
            return inside
        number = self._take("number")
        return self._need("name", "a size: a number or a name") if number is None else int(number)

    def _literal(self) -> Any:
        string = self._take("string")
        if string is not None:
            return ast.literal_eval(string)
        constant = self._take("name", *_CONSTANTS)
        if constant is not None:
            return _CONSTANTS[constant]
        opening = self._take("sign", "(", "[")
        if opening is None:
            number = self._number()
            if number is None:
                raise self._fail("a value: a number, a string, True, False, None, or a tuple or list of them")
            return number
        kind, closing = _GROUPS[opening]
        items: list[Any] = []
        while self._take("sign", closing) is None:
            if items:
                self._need("sign", f"',' or '{closing}'", ",")
                if kind == "tuple" and self._take("sign", closing):
                    break
            items.append(self._literal())
        return tuple(items) if kind == "tuple" else items

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


def _opens(text: str) -> bool:
    return text.lstrip()[:1] in _GROUPS
