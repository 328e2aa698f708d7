"""Finding inputs that a model takes: from what is known of it, from what its layers want, then by trial."""

from __future__ import annotations

import itertools
import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from translate.discover.words import words
from translate.verify.load import UserError
from translate.verify.spec import Argument, Group, Input, Inputs
from translate.verify.trial_subject import Observed, Subject, wanted

Sizes = dict[str, int]
Tensors = tuple[Input, ...]
# The likelier first: large enough for the last stage of an image network, small enough to be quick. A large size
# that is taken is made smaller later.
_IMAGES = (64, 32, 28, 224, 331, 299, 128, 96, 160, 192, 256, 320, 48, 24, 16, 512)
_SEQUENCES = (8, 16, 32, 12, 64, 20, 24, 28, 48, 96, 100, 128, 10, 5, 6, 4, 256, 512)
_VIDEOS = (16, 32, 8, 64, 12, 112)
_LARGEST = 340
_SOON = 64
"""Sizes up to this are all tried before other shapes are."""
_COMBINATIONS = 400
_BATCH = 2


@dataclass
class Search:
    """The inputs of one model."""

    subject: Subject
    model: Any
    names: Sequence[str]
    """Of the arguments that have to be given, or of the parts of the only one."""
    keyed: str = ""
    """The argument that is a dict of these parts."""
    until: float = 0.0
    """When to give up, by time.monotonic()."""
    cheap: bool = False
    renew: Callable[[], Any] | None = None
    """Makes the model anew; after a call that failed, where that leaves traces."""
    problem: UserError | None = None
    """What was raised first."""
    told: list[str] = field(default_factory=list[str])
    """For each input where it was read."""
    _tried: set[tuple[Any, ...]] = field(default_factory=set[tuple[Any, ...]])
    _stuck: list[Tensors] = field(default_factory=list[Tensors])
    """What failed although each layer that was seen got what it wants: other sizes may do."""
    _seen: dict[int, dict[tuple[Any, ...], Input]] = field(default_factory=dict[int, dict[tuple[Any, ...], Input]])
    """What layers wanted of each input."""

    def describe(self, tensors: Tensors) -> Inputs:
        """The arguments that these tensors make."""
        arguments: tuple[Argument, ...] = tensors
        if self.keyed:
            arguments = (Group(self.keyed, "dict", tensors),)
        return Inputs(arguments, {})

    def accepts(self, tensors: Tensors, sizes: Mapping[str, int]) -> bool:
        """Whether the model takes them."""
        return self.subject.run(self.model, self.describe(tensors), sizes, cheap=self.cheap).problem is None

    def _look(self, tensors: Tensors, sizes: Mapping[str, int]) -> Observed:
        seen = self.subject.run(self.model, self.describe(tensors), sizes, cheap=self.cheap)
        self.problem = self.problem or seen.problem
        self.told = list(seen.layers.values())
        if seen.problem is not None and self.renew is not None:
            self.model = self.renew()
        return seen

    def run(self, starts: Iterable[tuple[Tensors, Sizes]]) -> tuple[Tensors, Sizes] | None:
        """Tensors and sizes that the model takes. ``starts`` are tried first, each with its sizes."""
        for tensors, sizes in starts:
            if len(tensors) != len(self.names):
                continue
            seen = self._look(tensors, sizes)
            if seen.problem is None:
                return tuple(_bounded(t, seen.wants.get(i, ())) for i, t in enumerate(tensors)), sizes
            found = self._follow(tensors)
            if found:
                return found
        found = self._follow(tuple(self._first(name) for name in self.names))
        if self._seen:
            found = found or self._sizes(self._stuck[:6], range(1, len(_IMAGES)))
            found = found or self._sizes(self._stuck[:1], range(len(_IMAGES), len(_IMAGES) + _SOON))
        if found:
            return found
        for tensors in itertools.islice(self._combinations(), _COMBINATIONS):
            if self._late():
                return None
            found = self._follow(tensors)
            if found:
                return found
        return self._sizes(self._stuck[:6], range(1, len(_IMAGES))) or self._sizes(
            self._stuck[:2], range(len(_IMAGES), len(_IMAGES) + _LARGEST)
        )

    def _late(self) -> bool:
        return time.monotonic() > self.until

    def _first(self, name: str) -> Input:
        return next(self._by_name(name), self._read(self.subject.image()[0], name))

    def _by_name(self, name: str) -> Iterator[Input]:
        for entry in words()["inputs"]:
            if re.fullmatch(entry["names"], name, re.IGNORECASE):
                shapes: Sequence[str] = self.subject.image() if "N,H,W" in entry["shapes"] else entry["shapes"]
                yield from (self._read(text, name) for text in shapes)

    def _read(self, text: str, name: str) -> Input:
        found = wanted(text, None, self.subject.integers, name)
        assert found is not None, text
        return found

    def _follow(self, start: Tensors, level: int = 0) -> tuple[Tensors, Sizes] | None:
        """From a first guess to what the layers want that are given the inputs."""
        waiting = deque([start])
        spare: tuple[Tensors, Sizes] | None = None
        while waiting and not self._late():
            tensors = waiting.popleft()
            sizes = first_sizes(tensors, level)
            if not self._is_new(tensors, sizes):
                continue
            seen = self._look(tensors, sizes)
            if seen.problem is None:
                if spare is not None or all(_agree(wants[0], tensors[i]) for i, wants in seen.wants.items()):
                    return tensors, sizes
                spare = tensors, sizes  # something else is likelier
            fitting = all(any(_agree(w, tensors[i]) for w in wants) for i, wants in seen.wants.items())
            better: list[Tensors] = []
            for index, wants in seen.wants.items():
                self._seen.setdefault(index, {}).update({(w.dtype, w.dimensions): w for w in wants})
                # What fits may still be the less likely of several; at other sizes that is known.
                others = [w for w in wants if not _agree(w, tensors[index])]
                if level and any(_agree(w, tensors[index]) for w in wants):
                    continue
                better += [_with(tensors, index, replace(w, name=tensors[index].name)) for w in others]
            waiting.extendleft(reversed(better))
            if fitting and seen.problem is not None and not level:
                self._stuck.append(tensors)
        return spare

    def _sizes(self, stuck: Sequence[Tensors], levels: Iterable[int]) -> tuple[Tensors, Sizes] | None:
        """Other sizes of what failed for no reason that a layer told."""
        for level in levels:
            for tensors in stuck:
                if self._late():
                    return None
                found = self._follow(tensors, level)
                if found:
                    return found
        return None

    def _is_new(self, tensors: Tensors, sizes: Sizes) -> bool:
        key = (tuple((t.dtype, t.shape(sizes), t.below) for t in tensors),)
        if key in self._tried:
            return False
        self._tried.add(key)
        return True

    def _combinations(self) -> Iterator[Tensors]:
        """What is likely of any input of any such model, in all combinations, the likelier first."""
        inner = [w for layer in self.subject.layers(self.model) for w in self.subject.wanted_by(layer)]
        usual = [
            self._read(text, "x") for text in (*self.subject.image(), "N,T,8", "N,F", f"{self.subject.integers} N,T")
        ]
        choices: list[list[Input]] = []
        others = [w for wants in self._seen.values() for w in wants.values()]
        for index, name in enumerate(self.names):
            own = self._seen.get(index, {}).values()
            likely = [*own, *self._by_name(name), *others, *inner[:40], *usual]
            unique = {(w.dtype, w.dimensions): w for w in likely}
            choices.append([replace(w, name=name) for w in unique.values()])
        if len(choices) > 3:  # too many: all alike
            yield from (tuple(c[min(i, len(c) - 1)] for c in choices) for i in range(max(map(len, choices))))
            return
        places = itertools.product(*(range(min(12, len(c))) for c in choices))
        for chosen in sorted(places, key=sum):
            yield tuple(c[i] for c, i in zip(choices, chosen, strict=True))


def first_sizes(tensors: Tensors, level: int) -> Sizes:
    """Sizes for the names in ``tensors``; the first ``level`` is the likeliest."""
    sizes: Sizes = {}
    for name in Inputs(tensors, {}).names:
        table = _IMAGES if name in "HW" else _VIDEOS if name == "D" else _SEQUENCES
        sizes[name] = table[level] if level < len(table) else max(1, level - len(table) + 1)
        if name == "N":
            sizes[name] = _BATCH
    return sizes


def _with(tensors: Tensors, index: int, one: Input) -> Tensors:
    return (*tensors[:index], one, *tensors[index + 1 :])


def _bounded(given: Input, wants: Sequence[Input]) -> Input:
    """Whole numbers that a layer was given as they are, within what it takes."""
    below = next((w.below for w in wants if "int" in w.dtype and "int" in given.dtype), given.below)
    return replace(given, below=below)


def _agree(want: Input, given: Input) -> bool:
    """Whether a tensor is as a layer wants it: rank, kind and the sizes that are numbers there."""
    if len(want.dimensions) != len(given.dimensions) or ("int" in want.dtype) != ("int" in given.dtype):
        return False
    if isinstance(want.below, int) and "int" in want.dtype and want.below != given.below and want.below != Input.below:
        return False
    return all(not isinstance(w, int) or w == g for w, g in zip(want.dimensions, given.dimensions, strict=True))
