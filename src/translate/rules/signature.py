"""Signatures as rules write them: ``keras.layers.Dense(units, activation=None, use_bias=True)``."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from typing import Any


class _Required:
    """The default of a parameter that has none."""

    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED = _Required()


@dataclass(frozen=True)
class Parameter:
    name: str
    default: Any = REQUIRED
    star: bool = False
    """``*name``: takes any number of positional arguments."""
    keyword_only: bool = False

    @property
    def required(self) -> bool:
        return self.default is REQUIRED


class Signature:
    """A dotted name and its parameters. Without brackets (``torch.float32``) it is a value, not a callable."""

    def __init__(self, text: str) -> None:
        self.text = text
        head, bracket, rest = text.partition("(")
        self.name = head.strip()
        self.callable = bool(bracket)
        self._rest = rest.rstrip().removesuffix(")")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Signature) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Raises SyntaxError or ValueError if the text is no signature."""
        if not self.callable:
            return ()
        definition = ast.parse(f"def f({self._rest}): pass").body[0]
        assert isinstance(definition, ast.FunctionDef)
        arguments = definition.args
        plain = [*arguments.posonlyargs, *arguments.args]
        defaults: list[Any] = [REQUIRED] * (len(plain) - len(arguments.defaults))
        defaults += [ast.literal_eval(d) for d in arguments.defaults]
        found = [Parameter(a.arg, d) for a, d in zip(plain, defaults, strict=True)]
        if arguments.vararg:
            found.append(Parameter(arguments.vararg.arg, star=True))
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            value = REQUIRED if default is None else ast.literal_eval(default)
            found.append(Parameter(argument.arg, value, keyword_only=True))
        return tuple(found)

    def parameter(self, name: str) -> Parameter | None:
        return next((p for p in self.parameters if p.name == name), None)

    def __repr__(self) -> str:
        return f"Signature({self.text!r})"
