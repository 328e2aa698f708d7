"""Lists of tensors that grow: the constructor keeps a list of their sizes beside them, if anybody asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst

from translate.staging.blocks import Slot
from translate.staging.sizes import Info, Size
from translate.staging.state import State
from translate.staging.trees import assign, code, evaluate, read_names


class Mirror:
    """Sizes of the tensors in one list."""

    def __init__(self, state: State, name: str, first: Sequence[Size | None], slot: Slot) -> None:
        self.state, self.name = state, name
        self.changes: list[Callable[[str], bool]] = []
        self.sizes: list[Size | None] = list(first)
        self.own = state.pending.new(self._resolve)
        start = list(first)

        def begin(name: str) -> bool:
            elements = [cst.Element(s.expression) for s in start if s is not None]
            slot.lines.append(assign(name, cst.List(elements)))
            return True

        self.changes.append(begin)

    def _resolve(self) -> cst.BaseExpression | None:
        for size in self.sizes:
            if size is None or self.state.pending.final(size.expression) is None:
                return None
        name = self.state.fresh(f"{self.name}_channels")
        for change in self.changes:
            change(name)
        return cst.Name(name)

    def append(self, size: Size | None, slot: Slot) -> None:
        self.sizes.append(None if self.state.dynamic_depth else size)

        def write(name: str) -> bool:
            if size is not None:
                call = cst.Call(cst.parse_expression(f"{name}.append"), [cst.Arg(size.expression)])
                slot.lines.append(cst.SimpleStatementLine([cst.Expr(call)]))
            return True

        self.changes.append(write)

    def pop(self, slot: Slot, index: cst.BaseExpression | None) -> Size:
        """The size of what is taken out; it is taken out of both lists."""
        place = code(index) if index is not None else ""
        held: list[str] = []

        def write(name: str) -> bool:
            held.append(self.state.locals.new(f"{self.name}_taken"))
            slot.lines.append(assign(held[0], cst.parse_expression(f"{name}.pop({place})")))
            return True

        def resolve() -> cst.BaseExpression | None:
            known = self.state.pending.final(self.own.expression)
            return cst.Name(held[0]) if known is not None and held else None

        self.changes.append(write)
        return self.state.pending.new(resolve)

    def item(self, index: cst.BaseExpression, versions: Any) -> Size:
        node = cst.Subscript(self.own.expression, [cst.SubscriptElement(cst.Index(index))])
        return Size(node, versions)

    def one(self) -> Size:
        """The size of any of them, where all are alike: by what never changes, or else that of the last."""

        def resolve() -> cst.BaseExpression | None:
            known = [self.state.pending.final(s.expression) for s in self.sizes if s is not None]
            steady = next((k for k in known if k is not None and self._is_steady(k)), None)
            last = self.state.pending.final(self.own.expression) if steady is None else None
            return steady or (last and cst.parse_expression(f"{code(last)}[-1]"))

        return self.state.pending.new(resolve)

    def _is_steady(self, node: cst.BaseExpression) -> bool:
        own = {p.name.value for p in self.state.function.parameters}
        return all(n.value in own and self.state.versions.get(n.value, 0) <= 1 for n in read_names(node))

    def total(self, versions: Any) -> Size:
        return Size(cst.Call(cst.Name("sum"), [cst.Arg(self.own.expression)]), versions)


def mirrored(state: State, name: str, info: Info, slot: Slot) -> Info:
    """A list that begins with tensors of these sizes."""
    items = info.items or ()
    return Info(info.size, info.total, info.items, None, Mirror(state, name, [i.size for i in items], slot))


__all__ = ["Mirror", "evaluate", "mirrored"]
