"""``for``: the constructor's loop makes layers, the loop of ``call`` applies them."""

from __future__ import annotations

from typing import Any

import libcst as cst

from translate.staging.blocks import Block, Repeat, Slot
from translate.staging.functions import TENSOR
from translate.staging.loops import Loop, LoopItem
from translate.staging.reading import Reading, is_dynamic
from translate.staging.sizes import UNKNOWN, Info, Size
from translate.staging.state import MAIN, CannotStage, State, Value
from translate.staging.trees import assign, bound_names, changed_names, code, read_names, statements, targets


def loop(state: State, node: cst.For) -> None:
    """Separates one loop."""
    if node.orelse is not None:
        raise CannotStage(node, "a loop with `else`")
    if is_dynamic(state, node.iter):
        _over_tensors(state, node)
        return
    if state.dynamic_depth:
        raise CannotStage(node, "layers are made in a loop that depends on the shape of a tensor")
    _over_settings(state, node)


def _over_settings(state: State, node: cst.For) -> None:
    from translate.staging.expressions import static
    from translate.staging.statements import block

    before = state.ib.slot()
    header = node.with_changes(iter=static(state, node.iter))
    mine = Loop(node, before, Slot(), Slot(), Block(), state.loops[-1] if state.loops else None)
    _counting(mine)
    body = Block([mine.start], round=True)
    carried = _carry(state, node, mine)
    atoms = Reading(state).atoms(node.iter)
    outer = state.loops
    state.loops = (*outer, mine)
    with state.writing(body, mine.call):
        for name in targets(node.target):
            value = state.static_value(name, atoms, index=mine if name == mine.index else None)
            mine.target = value.slot
        block(state, statements(node.body))
        last = state.ib.slot()
        _close(state, carried, last)
    body.add(mine.end)
    state.loops = outer
    state.ib.add(Repeat(header, body))
    if any(not isinstance(i, Slot) for i in mine.call.items):
        if outer:
            outer[-1].children.append(mine)
        item = LoopItem(lambda: state.calls.write(mine), mine)
        state.cb.add(item)
        if not mine.all_kept():
            _needs_header(state, node, mine)
    _leave(state, node, carried)


def _needs_header(state: State, node: cst.For, mine: Loop) -> None:
    """Where nothing is kept, ``call`` repeats the head of the loop."""
    from translate.staging.expressions import needed

    changed = changed_names(node)
    if any(n.value in changed for n in read_names(node.iter)):
        raise CannotStage(node, "how often `call` repeats this cannot be said")
    mine.header = node.with_changes(iter=needed(state, node.iter))


def _counting(mine: Loop) -> None:
    """Which variable counts the rounds."""
    node = mine.node
    if not isinstance(node.iter, cst.Call) or any(a.star or a.keyword for a in node.iter.args):
        return
    arguments = [a.value for a in node.iter.args]
    func = code(node.iter.func)
    if func == "range" and isinstance(node.target, cst.Name) and len(arguments) in (1, 2):
        if len(arguments) == 2 and not isinstance(arguments[0], cst.Integer):
            return
        mine.index, mine.first = node.target.value, code(arguments[0]) if len(arguments) == 2 else "0"
    elif func == "enumerate" and isinstance(node.target, cst.Tuple) and len(arguments) == 1:
        first = node.target.elements[0].value
        if isinstance(first, cst.Name):
            mine.index = first.value
    if mine.index is not None and list(bound_names(node.body)).count(mine.index):
        mine.index = None


def _carry(state: State, node: cst.For, mine: Loop) -> dict[str, tuple[Info, dict[str, Size]]]:
    """Sizes of variables that a round takes from the one before."""
    names = set(bound_names(node.body)) | _grown(state, node)
    found: dict[str, tuple[Info, dict[str, Size]]] = {}
    infos = {n: state.info(n) for n in sorted(names) if n in state.env and TENSOR in state.env[n].atoms}
    changed = changed_names(node)
    for name in sorted(changed):
        state.versions[name] = state.versions.get(name, 0) + 1
    for name, info in infos.items():
        places: dict[str, Size] = {}
        for kind in ("size", "total"):
            size: Size | None = getattr(info, kind)
            if size is not None and (node, f"{name}.{kind}") not in state.shared.unknown:
                places[kind] = _place(state, mine, name, size, changed, kind)
        value = state.env[name]
        now = Info(places.get("size"), places.get("total"), mirror=info.mirror)
        state.env[name] = Value(value.atoms, now, mine.start, state.loops, inputs=value.inputs)
        found[name] = (info, places)
    for name in sorted(changed - infos.keys()):
        value = state.env.get(name)
        if value is not None and TENSOR not in value.atoms:
            state.env[name] = Value(value.atoms, slot=mine.start, loops=(*state.loops, mine), made=value.made)
    return found


def _grown(state: State, node: cst.For) -> set[str]:
    """Lists of tensors that grow in the loop."""
    return {n for n in changed_names(node.body) if n in state.env and TENSOR in state.env[n].atoms}


class _Place:
    """A size at the beginning of each round, decided when the round is known."""

    def __init__(self, state: State, mine: Loop, name: str, entry: Size, changed: set[str], key: str) -> None:
        self.key = key
        self.state, self.mine, self.name, self.entry, self.changed = state, mine, name, entry, changed
        self.end: Size | None = None
        self.last: Slot | None = None
        self.own = ""

    def resolve(self) -> cst.BaseExpression | None:
        state, end, known = self.state, self.end, self.state.pending.known
        first = state.pending.final(self.entry.expression)
        if self.own in known:  # an outer loop asked for this one on the way
            return known[self.own]
        if first is None or end is None or self.last is None:
            return None
        steady = not any(n.value in self.changed for n in read_names(first))
        if steady and end.text in (self.own, self.entry.text):
            return first
        variable = state.fresh("channels" if self.name in MAIN else f"{self.name}_channels")
        known[self.own] = cst.Name(variable)
        after = state.pending.final(end.expression)
        if after is None:
            state.shared.unknown.add((self.mine.node, self.key))
            return None
        self._write(variable, first, after)
        same = code(after) == variable or after.deep_equals(first)
        return first if steady and same else cst.Name(variable)

    def _write(self, variable: str, first: cst.BaseExpression, after: cst.BaseExpression) -> None:
        assert self.last is not None
        self.mine.before.lines.append(assign(variable, first))
        if code(after) == variable:
            return
        if (
            isinstance(after, cst.BinaryOperation)
            and isinstance(after.operator, cst.Add)
            and code(after.left) == variable
        ):
            add = cst.AugAssign(cst.Name(variable), cst.AddAssign(), after.right)
            self.last.lines.append(cst.SimpleStatementLine([add]))
        else:
            self.last.lines.append(assign(variable, after))


def _place(state: State, mine: Loop, name: str, entry: Size, changed: set[str], kind: str) -> Size:
    place = _Place(state, mine, name, entry, changed, f"{name}.{kind}")
    size = state.pending.new(place.resolve)
    place.own = size.text
    state.places[size.text] = place
    return size


def _close(state: State, carried: dict[str, tuple[Info, dict[str, Size]]], last: Slot) -> None:
    """What the next round takes."""
    for name, (_, places) in carried.items():
        now = state.info(name)
        for kind, size in places.items():
            place: Any = state.places[size.text]
            end: Size | None = getattr(now, kind)
            if end is None:
                state.shared.unknown.add((state.loops[-1].node, f"{name}.{kind}"))
            place.end, place.last = end, last


def _leave(state: State, node: cst.For, carried: dict[str, tuple[Info, dict[str, Size]]]) -> None:
    """Names behind the loop."""
    slot = state.ib.slot()
    for name in sorted(changed_names(node)):
        value = state.env.get(name)
        if value is None:
            continue
        if name in carried:
            places = carried[name][1]
            now = Info(places.get("size"), places.get("total"), mirror=value.info.mirror)
            state.bind(name, Value(value.atoms, now, slot, state.loops))
        elif TENSOR in value.atoms:
            state.bind(name, Value(value.atoms, UNKNOWN, slot, state.loops))
        else:
            state.bind(name, Value(value.atoms, slot=slot, loops=state.loops))


def _over_tensors(state: State, node: cst.For) -> None:
    """A loop over a list of tensors: nothing with weights may be made in it."""
    from translate.staging.expressions import dynamic
    from translate.staging.statements import block

    walked, info = dynamic(state, node.iter)
    body = Block()
    changed = changed_names(node.body)
    for name in sorted(changed):
        value = state.env.get(name)
        if value is not None and TENSOR in value.atoms:
            state.env[name] = Value(value.atoms, UNKNOWN, value.slot, value.loops)
    init = Block()
    state.dynamic_depth += 1
    state.over_tensors += 1
    with state.writing(init, body):
        slot = state.ib.slot()
        atoms = Reading(state).atoms(node.iter)
        for name in targets(node.target):
            state.bind(name, Value(atoms, Info(info.size) if _all_same(info) else UNKNOWN, slot, state.loops))
        block(state, statements(node.body))
    state.dynamic_depth -= 1
    state.over_tensors -= 1
    state.ib.add(init)  # layers without weights, which may be one for all
    state.cb.add(Repeat(node.with_changes(iter=walked), body))
    for name in sorted(changed):
        if name in state.env and TENSOR in state.env[name].atoms:
            state.env[name] = Value(state.env[name].atoms, UNKNOWN, state.ib.slot(), state.loops)


def _all_same(info: Info) -> bool:
    sizes = {i.size.text if i.size is not None else None for i in info.items or ()}
    return len(sizes) == 1 and None not in sizes
