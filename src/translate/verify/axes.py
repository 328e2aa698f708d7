"""The order of axes in the source and in the translation."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

Order = tuple[int, ...]
"""Axes of the source's tensor in the order in which the translation has them."""


def same(rank: int) -> Order:
    return tuple(range(rank))


def channels_last(rank: int) -> Order:
    """Axis 1 moved to the end; the same order below rank 3."""
    return (0, *range(2, rank), 1) if rank >= 3 else same(rank)


def channels_first(rank: int) -> Order:
    """The last axis moved to place 1; the same order below rank 3."""
    return (0, rank - 1, *range(1, rank - 1)) if rank >= 3 else same(rank)


def other_layout(rank: int, to: str) -> Order:
    """The order that images have in the framework that is translated to (``tf`` or ``torch``)."""
    return channels_last(rank) if to == "tf" else channels_first(rank)


def inverse(order: Order) -> Order:
    return tuple(sorted(range(len(order)), key=lambda i: order[i]))


def from_letters(source: str, target: str, rank: int) -> Order:
    """``("NCHW", "NHWC")`` as an order. Empty strings: the same. Raises ValueError if they do not fit the rank."""
    if not source or not target:
        return same(rank)
    if len(source) != rank or len(set(source)) != rank or sorted(source) != sorted(target):
        raise ValueError(f"arrangement {source} to {target} does not fit a tensor of rank {rank}")
    return tuple(source.index(letter) for letter in target)


def in_words(order: Order) -> str:
    if order == same(len(order)):
        return "as in the source"
    if order == channels_last(len(order)):
        return "channels last"
    return "channels first" if order == channels_first(len(order)) else f"axes {list(order)} of the source"


def input_candidates(ranks: Sequence[int], to: str) -> Iterator[tuple[Order, ...]]:
    """What to try where nothing was reported: images the target's way first, sequences as they are first."""
    groups: list[Iterable[bool]] = [
        (True, False) if any(r >= 4 for r in ranks) else (False,),
        (False, True) if any(r == 3 for r in ranks) else (False,),
    ]
    for images, sequences in itertools.product(*groups):
        yield tuple(other_layout(r, to) if (images if r >= 4 else sequences) else same(r) for r in ranks)
