"""From what calls took and gave to the one place where two programs part."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from translate.verify.compare import Array, Tolerance, scale_of
from translate.verify.divergence.agree import Agreement, agreement, nearest, tells_apart
from translate.verify.divergence.align import Alignment
from translate.verify.divergence.trace import Event

_GRADIENT_FLOOR = 1e-3
"""A gradient that is much smaller than all others is a sum of terms of their size."""


@dataclass(frozen=True)
class Found:
    """The innermost call in which something goes wrong, and the calls inside of it between which it does."""

    event: Event
    after: Event | None = None
    """The last call inside of it that agrees."""
    before: Event | None = None
    """The first call inside of it that is given something else."""


Slack = Callable[[Event], Tolerance]
"""By how much what a call gives may differ."""


class Outputs:
    """The first call, in the order of the source, whose results differ though what it was given agrees."""

    def __init__(self, alignment: Alignment, slack: Slack) -> None:
        self._alignment, self._slack = alignment, slack

    def differs(self, found: Found) -> bool:
        """Whether what a call gives differs as a whole."""
        return self._gives(found.event) == "differ"

    def first(self) -> Found:
        """Search from the whole program inwards."""
        return self._inside(self._alignment.source)

    def forgotten(self, exact: Outputs) -> Found | None:
        """The first of the innermost calls that differs and hands that on, though nothing of it is left in the end.

        ``exact``: the same with rounding as the measure.
        """
        calls = [e for e in self._alignment.source.below() if e in self._alignment.partner]
        calls = [e for e in calls if not self._alignment.inside(e)]
        for event, following in itertools.pairwise(calls):
            faulty = self._takes(event) == "agree" and self._gives(event) == "differ"
            if faulty and exact._takes(following) == "differ" and not self._made_up_for(event):
                return Found(event)
        return None

    def _inside(self, event: Event) -> Found:
        last: Event | None = None
        larger: Event | None = None
        for child in self._alignment.inside(event):
            takes, gives = self._takes(child), self._gives(child)
            if takes == "part" and larger is not None and self._is_handed_on(larger, child, "inputs"):
                return self._inside(larger)
            if gives in ("agree", "part"):
                last, larger = child, child if gives == "part" else None
                continue
            if takes == "differ" or (takes == "unknown" and gives == "unknown"):
                return Found(event, last, child)
            if not (self._made_up_for(child) if gives == "differ" else self._goes_on(event, child)):
                return self._inside(child)
        if larger is not None and self._is_handed_on(larger, event, "outputs"):
            return self._inside(larger)
        return Found(event, last)

    def _is_handed_on(self, event: Event, other: Event, what: Literal["inputs", "outputs"]) -> bool:
        """Whether what a call gives is on both sides what another takes, or gives: nothing is cut off between."""
        return all(
            any(np.array_equal(a, b) for a in one.outputs for b in getattr(there, what))
            for one, there in ((event, other), (self._alignment.partner[event], self._alignment.partner[other]))
        )

    def _gives(self, event: Event) -> Agreement:
        return agreement(event.outputs, self._alignment.partner[event].outputs, self._slack(event))

    def _takes(self, event: Event) -> Agreement:
        return agreement(event.inputs, self._alignment.partner[event].inputs, self._slack(event))

    def _goes_on(self, event: Event, child: Event) -> bool:
        """Whether a later call agrees, so that a result of another shape is no fault."""
        calls = self._alignment.inside(event)
        return any(self._gives(c) == "agree" for c in calls[calls.index(child) + 1 :])

    def _made_up_for(self, event: Event) -> bool:
        """Whether one side does in this call what the other does just behind it, as an activation.

        Then what the one gives turns up later in the other.
        """
        twin, tolerance = self._alignment.partner[event], self._slack(event)
        mine, theirs = _later(self._alignment.source, event), _later(self._alignment.target, twin)
        return any(_turns_up(a, theirs, tolerance) for a in event.outputs[:1]) or any(
            _turns_up(a, mine, tolerance) for a in twin.outputs[:1]
        )


def _later(root: Event, event: Event) -> list[Array]:
    """All tensors that come after a call: what later calls take and give, and what calls around it give."""
    events = list(root.below())
    start = events.index(event)
    around: list[Event] = []
    outer = event.parent
    while outer is not None:
        around.append(outer)
        outer = outer.parent
    inside = set(event.below())
    after = [e for e in events[start:] if e not in inside]
    return [a for e in after for a in (*e.inputs, *e.outputs)] + [a for e in around for a in e.outputs]


def _turns_up(array: Array, among: Sequence[Array], tolerance: Tolerance) -> bool:
    if not tells_apart(array):
        return False
    found = (nearest(array, other, tolerance) for other in among if other.size == array.size)
    return any(n is not None and n.equal for n in found)


class Gradients:
    """The first call, in backward order, whose gradients differ though the one that comes in agrees."""

    def __init__(self, alignment: Alignment, tolerance: Tolerance, wrong: Collection[str]) -> None:
        """``wrong``: paths of parameters whose gradients differ."""
        self._alignment, self._tolerance, self._wrong = alignment, tolerance, wrong
        scales = [scale_of(g) for e in alignment.source.below() for g in e.output_gradients if g is not None]
        self._floor = _GRADIENT_FLOOR * max(scales, default=0.0)

    def first(self) -> Found:
        """Search from the whole program inwards."""
        return self._inside(self._alignment.source)

    def _inside(self, event: Event) -> Found:
        later: Event | None = None
        for child in reversed(self._alignment.inside(event)):
            twin = self._alignment.partner[child]
            passes_on = self._agreement(_known(child, twin))
            if passes_on != "differ" and not self._has_wrong_parameter(child):
                later = child
            elif self._agreement(_known(child, twin, given=False)) == "differ":
                return Found(event, child, later)
            else:
                return self._inside(child)
        return Found(event, None, later)

    def _agreement(self, pairs: Sequence[tuple[Array, Array]]) -> Agreement:
        mine, theirs = [a for a, _ in pairs], [b for _, b in pairs]
        return agreement(mine, theirs, self._tolerance, self._floor)

    def _has_wrong_parameter(self, event: Event) -> bool:
        path = self._alignment.path[event]
        once = len(self._alignment.calls_of(event.module)) == 1
        return once and any(not path or name.startswith(f"{path}.") for name in self._wrong)


def _known(event: Event, twin: Event, *, given: bool = True) -> list[tuple[Array, Array]]:
    """Gradients of both sides by what a call is ``given``, or by what it gives.

    Left out are those that a side does not derive by: in PyTorch it shows that a tensor was detached before, in
    TensorFlow it does not. Where one does not reach a tensor, it is zero there.
    """
    sides = [
        zip(e.input_tensors, e.input_gradients, strict=True)
        if given
        else zip(e.output_tensors, e.output_gradients, strict=True)
        for e in (event, twin)
    ]
    found: list[tuple[Array, Array]] = []
    for (mine, a), (theirs, b) in zip(*sides, strict=False):
        if mine is not None and theirs is not None and (a is not None or b is not None):
            like = b if a is None else a
            assert like is not None
            one, other = (np.zeros_like(like) if g is None else g for g in (a, b))
            found.append((one, other))
    return found
