"""The files of a project, read when another of them needs to know what they define.

Each is read twice: for what it defines and makes, which files that it imports need to know (who extends their classes,
who gives them which modules), and for what it computes, which files that import it need to know.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from translate.infer.elsewhere import NOBODY, Users
from translate.infer.state import State
from translate.problems import Problem
from translate.project.names import Names
from translate.project.source import decode
from translate.translation import (
    Analysis,
    Io,
    Layout,
    Prepared,
    SourceError,
    Target,
    Translation,
    analyse,
    define,
    prepare,
    written,
)


@dataclass
class Neighbours:
    """Modules of a project, each read once in this process."""

    names: Names
    to: Target
    layout: Layout = "channels_last"
    io: Io = "target"
    rules: tuple[Path, ...] = ()
    _prepared: dict[str, Prepared] = field(default_factory=dict[str, Prepared])
    _defined: dict[str, State | None] = field(default_factory=dict[str, "State | None"])
    _read: dict[str, Analysis] = field(default_factory=dict[str, Analysis])
    _incomplete: dict[str, tuple[Analysis, set[str]]] = field(default_factory=dict[str, "tuple[Analysis, set[str]]"])
    """Modules that were read while those that they ask for were being read: good until these are."""
    _reading: list[str] = field(default_factory=list[str])
    _asked: set[str] = field(default_factory=set[str])
    """Modules that were asked for while they were being read: imports go round."""

    def analysis(self, module: str) -> Analysis:
        """How a module reads.

        Raises OSError, Problem or SourceError if it does not, KeyError if it is not of the project.
        """
        if module in self._read:
            return self._read[module]
        if module in self._incomplete:
            done, asked = self._incomplete[module]
            self._asked |= asked
            return done
        before, self._asked = self._asked, set()
        self._reading.append(module)
        try:
            done = analyse(self._source(module), self.layout, self.io, Around(self, module))
        finally:
            self._reading.pop()
            asked = self._asked - {module}
            self._asked = before | asked
            self._incomplete = {m: i for m, i in self._incomplete.items() if module not in i[1]}
        if asked:
            self._incomplete[module] = done, asked
        else:
            self._read[module] = done
        return done

    def translated(self, module: str, text: str, ignore: tuple[str, ...] = ()) -> Translation:
        """The translation of a module that has this text. Raises as ``analysis`` does."""
        if module not in self._prepared or ignore:
            self._prepared[module] = prepare(text, self.to, self.rules, ignore)
            self._read.pop(module, None)
        return written(self.analysis(module))

    def state(self, module: str) -> State | None:
        """How a module reads, for another; None if it does not, or is just being read."""
        if module in self._reading:
            self._asked.add(module)
            return None
        try:
            return self.analysis(module).state
        except (OSError, Problem, SourceError, KeyError):
            return None

    def definitions(self, module: str) -> State | None:
        """What a module defines and makes; if that is just being found out, what is known so far."""
        if module not in self._defined:
            self._defined[module] = None
            with suppress(OSError, Problem, SourceError, KeyError):
                define(self._source(module), self.layout, Defined(self, module))
        return self._defined[module]

    def begun(self, module: str, state: State) -> None:
        self._defined[module] = state

    def users(self, module: str) -> Users:
        """What the files that import something of a module do with its classes."""
        for user in self.names.users(module):
            self.definitions(user)
        own = self.definitions(module)
        if own is None:
            return NOBODY
        classes = own.interned
        return Users(
            {n: dict(i.arguments) for n, i in classes.items() if i.made},
            {n: [c for c in i.subclasses if c.state is not own] for n, i in classes.items() if i.subclasses},
            frozenset(n for n, i in classes.items() if i.inside),
        )

    def _source(self, module: str) -> Prepared:
        if module not in self._prepared:
            path = self.names.files[module]
            text = decode(path.read_bytes(), path.name, path).text
            self._prepared[module] = prepare(text, self.to, self.rules)
        return self._prepared[module]


@dataclass(frozen=True)
class Around:
    """The project around one module that is read (``infer.elsewhere.Elsewhere``)."""

    neighbours: Neighbours
    module: str

    def find(self, package: str, name: str) -> tuple[str, str] | None:
        return self.neighbours.names.find(self.module, package, name)

    def member(self, module: str, name: str) -> tuple[str, str] | None:
        return self.neighbours.names.member(module, name)

    def definitions(self, module: str) -> State | None:
        return self.neighbours.definitions(module)

    def read(self, module: str) -> State | None:
        if self.module in self.neighbours.names.reached(module):
            return None
        return self.neighbours.state(module)

    def goes_round(self, module: str) -> bool:
        names = self.neighbours.names
        return module in names.reached(self.module) and self.module in names.reached(module)

    def users(self) -> Users:
        return self.neighbours.users(self.module)

    def begun(self, state: State) -> None:
        return None


@dataclass(frozen=True)
class Defined(Around):
    """The project around one module of which only the definitions are read."""

    def read(self, module: str) -> State | None:
        return None

    def users(self) -> Users:
        return NOBODY

    def begun(self, state: State) -> None:
        self.neighbours.begun(self.module, state)
