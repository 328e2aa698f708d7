"""Which sizes to run with: a first combination that the source accepts, then ones that Hypothesis draws."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from translate.verify.load import UserError
from translate.verify.spec import Inputs, Range

Sizes = dict[str, int]
_SEQUENCES = (8, 16, 32, 33, 64, 96, 128, 160, 192, 224, 256, 299, 320, 331)
# Large enough that the last stage of an image network still has a border and an inside.
_IMAGES = (64, 32, 96, 128, 160, 192, 224, 256, 299, 320, 331, 16, 8)
_VIDEOS = (16, 32, 8, 64, 96, 112, 128, 160, 224)
_NOT_ABOUT_SIZES = {"TypeError", "NameError", "AttributeError", "NotImplementedError", "ImportError", "SystemExit"}
_STEPS = (1, 8, 32)
_BATCHES = Range(1, 3)
_SHRINKING_RUNS = 12


def first(inputs: Inputs, accepts: Callable[[Sizes], None]) -> Sizes:
    """The first sizes that ``accepts`` does not raise a UserError on. Raises the first UserError if there are none."""
    problem: UserError | None = None
    for sizes in _trials(inputs):
        try:
            accepts(sizes)
            return sizes
        except UserError as error:
            if error.kind in _NOT_ABOUT_SIZES:
                raise
            problem = problem or error
    assert problem is not None  # there is at least one trial
    raise problem


def _trials(inputs: Inputs) -> Iterator[Sizes]:
    rank = max((len(i.dimensions) for i in inputs.inputs), default=0)
    free = [n for n in inputs.names if n != inputs.batch]
    several = rank >= 4 and len(free) >= 2
    seen: list[Sizes] = []
    for there in (1, 0) if inputs.switches else (1,):  # optional arguments
        for size in (_IMAGES if rank == 4 else _VIDEOS) if several else _SEQUENCES:
            sizes = dict.fromkeys(inputs.names, size)
            if inputs.batch:
                sizes[inputs.batch] = 2
            sizes = {n: inputs.ranges[n].clip(s) if n in inputs.ranges else s for n, s in sizes.items()}
            sizes |= dict.fromkeys(inputs.switches, there)
            if sizes not in seen:
                seen.append(sizes)
                yield sizes


def ranges(inputs: Inputs, base: Mapping[str, int]) -> dict[str, Range]:
    """From where to where each named size is drawn."""
    found: dict[str, Range] = {}
    for name in inputs.names:
        if name in inputs.ranges:
            found[name] = inputs.ranges[name]
        elif name == inputs.batch:
            found[name] = _BATCHES
        else:
            found[name] = Range(base[name], base[name] + base[name] // 2)
    return found | dict.fromkeys(inputs.switches, Range(0, 1))


class Search:
    """Runs ``check`` on drawn sizes, and makes those smaller on which it says False.

    ``check`` gives True (equal), False (different), or None where the source does not take the sizes.
    """

    def __init__(self, inputs: Inputs, base: Sizes, check: Callable[[Sizes], bool | None], seed: int) -> None:
        self._inputs, self._base, self._seed, self._check = inputs, base, seed, check
        self._known: dict[tuple[int, ...], bool | None] = {}
        self._after_failure = 0
        self.failing: Sizes | None = None
        """The smallest sizes that were found to differ."""

    def run(self, examples: int) -> None:
        """Draw up to ``examples`` combinations that the source takes, and stop at the first that differs."""
        spans = ranges(self._inputs, self._base)
        if examples < 1 or all(span.low == span.high for span in spans.values()):
            return
        from hypothesis import HealthCheck, Phase, Verbosity, assume, given, seed, settings
        from hypothesis import strategies as st
        from hypothesis.errors import Unsatisfiable

        spatial = [n for n in self._inputs.names if n != self._inputs.batch]
        stepped = {n for n in spatial if n not in self._inputs.ranges}

        @st.composite
        def drawn(draw: Any) -> Sizes:
            step = draw(st.sampled_from(_STEPS))
            sizes: Sizes = {}
            for name, span in spans.items():
                by = step if name in stepped else span.step
                sizes[name] = span.low + by * draw(st.integers(0, (span.high - span.low) // by))
            free = [n for n in spatial if spans[n].low < spans[n].high]
            assume(len({sizes[n] for n in free}) == len(free))
            return sizes

        @seed(self._seed)
        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            print_blob=False,
            verbosity=Verbosity.quiet,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=[HealthCheck.data_too_large, HealthCheck.filter_too_much, HealthCheck.too_slow],
        )
        @given(drawn())
        def compare(sizes: Sizes) -> None:
            result = self._result(sizes)
            assume(result is not None)
            if result is False:
                self.failing = sizes
                raise _DifferentError

        with suppress(_DifferentError, Unsatisfiable):  # none of the few sizes may be accepted
            compare()

    def _result(self, sizes: Sizes) -> bool | None:
        key = tuple(sizes.values())
        if key not in self._known:
            if self.failing is not None:
                self._after_failure += 1
                if self._after_failure > _SHRINKING_RUNS:  # small enough: a run may take seconds
                    return None
            self._known[key] = self._check(sizes)
        return self._known[key]


class _DifferentError(Exception):
    pass
