"""Timing several calls in turns, so that a busy machine slows all alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any


def in_turns(calls: Sequence[Callable[[Any], object]], argument: Any, rounds: int = 15) -> list[float]:
    """The median seconds of each call, after two rounds that do not count."""
    seconds: list[list[float]] = [[] for _ in calls]
    for _ in range(rounds + 2):
        for call, found in zip(calls, seconds, strict=True):
            started = time.perf_counter()
            call(argument)
            found.append(time.perf_counter() - started)
    return [median(found[2:]) for found in seconds]
