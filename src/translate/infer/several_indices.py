"""``x[:, i, j]``: items by several tensors of whole numbers at once, or by tensors and numbers."""

from __future__ import annotations

import libcst as cst

from translate.infer.elements import BOOL, elements
from translate.infer.state import Operand, State
from translate.infer.values import Sequence, Tensor, Unknown, Value, image, options, source


def taken_at(state: State, node: cst.Subscript, tensor: Tensor, kinds: list[str], parts: list[Value]) -> Tensor | None:
    """What is taken from axes that stand side by side, all of the others; None if it is something else."""
    places = [i for i, kind in enumerate(kinds) if kind in ("gather", "index")]
    first, count = places[0], len(places)
    others = {kind for i, kind in enumerate(kinds) if i not in places}
    if not state.dialect.last or places != list(range(first, first + count)) or not others <= {"full"}:
        return None
    if any(_may_be_else(parts[i]) for i in places):
        return None
    ranks = [_rank(parts[i]) for i in places]
    wide = None if None in ranks else max(r for r in ranks if r is not None)
    state.settle(tensor)
    for place in places:
        part = node.slice[place].slice
        if isinstance(parts[place], Tensor) and isinstance(part, cst.Index):
            state.need_source(Operand(parts[place], part.value))
    rank = tensor.rank
    pixels = tensor.is_image and rank is not None and places == list(range(2, rank))
    if pixels and wide in (1, 2, 3) and not state.channels_first:  # an image of as many axes as the indices have
        state.record(state.facts.items_at, node, (tuple(places), 1))
        return image(2 + wide)
    state.need_source(Operand(tensor, node.value))
    state.record(state.facts.items_at, node, (tuple(places), first))
    return source(None if rank is None or wide is None else rank - count + wide)


def _may_be_else(value: Value) -> bool:
    """Whether an index may be a mask, or nobody knows what it is."""
    return any(isinstance(o, Unknown) or (isinstance(o, Tensor) and elements(o) == BOOL) for o in options(value))


def _rank(value: Value) -> int | None:
    if isinstance(value, Tensor):
        return value.rank
    return 1 if isinstance(value, Sequence) else 0
