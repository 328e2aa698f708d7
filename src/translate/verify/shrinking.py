"""Making what two programs were found to differ on small: sizes first, then the numbers themselves."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from translate.verify.randomise import PLAIN_VALUES, RANDOM, Values
from translate.verify.result import Comparison
from translate.verify.spec import Inputs

Sizes = dict[str, int]
_STEPS = (1, 8, 32)
"""Strides demand multiples of these; sizes are kept as they are by the step that is drawn."""
_DRAWN = 16
_RUNS = 32
"""After that many runs of both programs it is small enough."""
_NUMBERS = re.compile(r"[\d\[\],. -]+")
_MOST_FADED = 0.1
"""Of the first error: where much less is left of it, it may be another one."""


@dataclass(frozen=True)
class Smallest:
    """Inputs on which two programs differ in the same way as on those they were first seen to differ on."""

    sizes: Sizes
    values: Values = RANDOM

    @property
    def key(self) -> tuple[object, ...]:
        """Tells whether two are the same."""
        return (*self.sizes.values(), self.values)


Check = Callable[[Smallest], bool | None]
"""Whether they differ there in the same way; None where the source does not take such inputs."""


def alike(one: Comparison, other: Comparison) -> bool:
    """Whether ``other`` is a difference of the same tensor and of the same kind as ``one``, and about as large."""
    details = {_NUMBERS.sub(" ", c.detail) for c in (one, other)}
    return one.name == other.name and len(details) == 1 and other.relative >= _MOST_FADED * min(one.relative, 1.0)


def smallest(inputs: Inputs, failing: Mapping[str, int], check: Check, seed: int, seconds: float) -> Smallest:
    """Hypothesis looks for less than ``failing``, for at most ``seconds`` (and the run that is under way then)."""
    return _Shrinking(inputs, dict(failing), check, seed, time.monotonic() + seconds).run()


class _DifferentError(Exception):
    pass


class _Shrinking:
    def __init__(self, inputs: Inputs, failing: Sizes, check: Check, seed: int, until: float) -> None:
        self._inputs, self._failing, self._check, self._seed, self._until = inputs, failing, check, seed, until
        self._found = Smallest(failing)
        self._known: dict[tuple[object, ...], bool | None] = {self._found.key: True}

    def run(self) -> Smallest:
        if any(high > low for _, low, high in self._spans()):
            self._search(self._sizes())
        plainer = (Smallest(self._found.sizes, values) for values in PLAIN_VALUES)  # so few that all are tried
        return next(filter(self._differs, plainer), self._found)

    def _spans(self) -> list[tuple[str, int, int]]:
        """For each size its name, the least that it may be, and what it is."""
        ranges = self._inputs.ranges
        return [
            (n, 0 if n in self._inputs.switches else ranges[n].low if n in ranges else 1, size)
            for n, size in self._failing.items()
        ]

    def _sizes(self) -> Any:
        from hypothesis import strategies as st

        @st.composite
        def drawn(draw: Any) -> Smallest:
            common = draw(st.sampled_from(_STEPS))
            sizes: Sizes = {}
            for name, low, high in self._spans():
                alone = name == self._inputs.batch or name in self._inputs.switches
                step = self._inputs.ranges[name].step if name in self._inputs.ranges else 1 if alone else common
                start = high - (high - low) // step * step
                # Any size, put in step only then: so that a step can be given up and the size stays.
                sizes[name] = high - -(-(high - draw(st.integers(start, high))) // step) * step
            return Smallest(sizes)

        return drawn()

    def _search(self, strategy: Any) -> None:
        from hypothesis import HealthCheck, Phase, Verbosity, assume, given, seed, settings
        from hypothesis.errors import Unsatisfiable

        @seed(self._seed)
        @settings(
            max_examples=_DRAWN,
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            print_blob=False,
            verbosity=Verbosity.quiet,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=[HealthCheck.data_too_large, HealthCheck.filter_too_much, HealthCheck.too_slow],
        )
        @given(strategy)
        def differ(inputs: Smallest) -> None:
            differs = self._differs(inputs)
            assume(differs is not None)
            if differs:
                self._found = inputs
                raise _DifferentError

        with suppress(_DifferentError, Unsatisfiable):  # nothing smaller may differ
            differ()

    def _differs(self, inputs: Smallest) -> bool | None:
        if inputs.key not in self._known:
            if len(self._known) >= _RUNS or time.monotonic() > self._until:
                return None
            self._known[inputs.key] = self._check(inputs)
        return self._known[inputs.key]
