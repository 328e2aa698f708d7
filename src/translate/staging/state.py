"""What is known while one function is separated into constructor and ``call``."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import libcst as cst

from translate.staging.blocks import Block, Later, Slot
from translate.staging.functions import TENSOR, Atoms, Function
from translate.staging.loops import Calls, Kept, Loop
from translate.staging.naming import Names, plural
from translate.staging.program import Program
from translate.staging.sizes import UNKNOWN, Info, Pending, Size
from translate.staging.trees import assign, bound_names, changed_names, code, evaluate, read_names, targets, within
from translate.staging.vanishing import Vanishing

Result = Callable[[list[Info]], Info]
"""What a layer makes of the sizes of its inputs."""


class CannotStage(Exception):
    """A function has to stay as it is."""

    def __init__(self, node: cst.CSTNode, message: str) -> None:
        super().__init__(message)
        self.node, self.message = node, message


@dataclass(eq=False)
class Made:
    """A layer that was made before what it is applied to is known."""

    result: Result
    size: Size | None = None
    tell: Callable[[Info], None] | None = None
    """Says the size of the first input, if it is not too late."""


@dataclass(eq=False)
class Value:
    """What a name holds at one place."""

    atoms: Atoms
    info: Info = UNKNOWN
    slot: Slot | None = None
    """Behind the assignment, in the constructor."""
    loops: tuple[Loop, ...] = ()
    kept: cst.BaseExpression | None = None
    index: Loop | None = None
    literal: cst.BaseExpression | None = None
    made: Made | None = None
    inputs: tuple[str, ...] = ()
    model: bool = False
    conditional: bool = False
    """Assigned on a branch within a round of a loop."""


@dataclass(eq=False)
class Shared:
    """What all functions of the file have in common, and what was found out in earlier rounds."""

    program: Program
    vanishing: Vanishing
    sizes: bool
    class_names: dict[Function, str]
    demands: set[tuple[Function, str]] = field(default_factory=set[tuple[Function, str]])
    """Tensors whose size a constructor must be told."""
    unsized: set[tuple[Function, str]] = field(default_factory=set[tuple[Function, str]])
    """Tensors of whose size some caller knows nothing."""
    unknown: set[tuple[cst.CSTNode, str]] = field(default_factory=set[tuple[cst.CSTNode, str]])
    """Variables whose size is lost in a loop."""
    tell_result: set[Function] = field(default_factory=set[Function])
    """Classes that must say the size of their result."""
    results: dict[Function, Any] = field(default_factory=dict[Function, Any])
    import_keras: bool = False
    functional: set[Function] = field(default_factory=set[Function])
    """Functions that stay beside their classes, since code that is not separated calls them."""

    def base(self, model: bool) -> str:
        """The base class of layers or of models, as the file can say it."""
        wanted = ("keras.Model",) if model else ("keras.layers.Layer", "keras.layers")
        for name, full in self.program.imports.items():
            canonical = self.program.table.canonical(full)
            if canonical in wanted and (canonical != "keras.Model" or full.endswith("Model")):
                return name if canonical != "keras.layers" else f"{name}.Layer"
        for name, full in self.program.imports.items():
            if self.program.table.canonical(full) == "keras":
                return f"{name}.{'Model' if model else 'layers.Layer'}"
        if self.program.imports.get("tf") == "tensorflow":
            return f"tf.keras.{'Model' if model else 'layers.Layer'}"
        self.import_keras = True
        return f"{self._keras()}.{'Model' if model else 'layers.Layer'}"

    def _keras(self) -> str:
        """``from keras import backend as keras`` takes the name."""
        return "keras_" if "keras" in self.program.imports else "keras"

    def with_imports(self, body: list[Any]) -> list[Any]:
        """``import keras`` where nothing else says the base classes."""
        if not self.import_keras:
            return body
        index = next(
            (
                i
                for i, s in enumerate(body)
                if isinstance(s, cst.SimpleStatementLine)
                and isinstance(s.body[0], (cst.Import, cst.ImportFrom))
                and not (isinstance(s.body[0], cst.ImportFrom) and code(s.body[0]).startswith("from __future__"))
            ),
            0,
        )
        name = self._keras()
        alias = cst.AsName(cst.Name(name)) if name != "keras" else None
        line = cst.SimpleStatementLine([cst.Import([cst.ImportAlias(cst.Name("keras"), asname=alias)])])
        old = body[index] if body else None
        if old is not None and hasattr(old, "leading_lines"):
            line = line.with_changes(leading_lines=old.leading_lines)
            body = [*body[:index], old.with_changes(leading_lines=()), *body[index + 1 :]]
        return [*body[:index], line, *body[index:]]


class State:
    """One function."""

    def __init__(self, shared: Shared, function: Function) -> None:
        self.shared, self.function = shared, function
        self.program = shared.program
        table = shared.program.table
        self.attributes = Names((), table.reserved)
        self.locals = Names(_names(function) - {f.name for f in shared.class_names})
        self.current = function
        """The function whose statements are read: of a closure, first the outer, then the inner."""
        self.init, self.call = Block(), Block()
        self.top = self.init.slot()
        self.ib, self.cb = self.init, self.call
        self.env: dict[str, Value] = {}
        self.versions: dict[str, int] = {}
        self.loops: tuple[Loop, ...] = ()
        self.places: dict[str, Any] = {}
        self.model_returned = False
        self.bases: dict[str, str] = {}
        """Models whose ``input`` is this one's, and what the argument is called."""
        self.applied_bases: set[str] = set()
        self.size_checks: list[tuple[Size, list[tuple[Function, str]]]] = []
        """Sizes that other classes were told."""
        self.last_argument = UNKNOWN
        """The size of what a list was given last."""
        self.model_lines: set[cst.CSTNode] = set()
        self.pending = Pending()
        self.parameter_sizes: dict[str, Size] = {}
        self.demands: set[str] = set()
        self.all_kept: list[Kept] = []
        self.globals: dict[str, cst.BaseExpression] = {}
        """Layers of the file that are attributes here."""
        self.calls = Calls(Names(self.locals.taken))
        self.comprehension: list[tuple[str, str, cst.BaseExpression]] | None = None
        self.dynamic_depth = 0
        self.over_tensors = 0
        """How many loops over tensors are around."""
        self.inputs: list[str] = []
        self.returns: list[tuple[Info, Slot]] = []
        self.generated: set[str] = set()

    # names

    def fresh(self, hint: str) -> str:
        """A new variable of the constructor; it goes again if nobody reads it."""
        name = self.locals.new(hint)
        self.generated.add(name)
        return name

    def bind(self, name: str, value: Value) -> None:
        self.versions[name] = self.versions.get(name, 0) + 1
        self.env[name] = value

    def value(self, name: str) -> Value | None:
        return self.env.get(name)

    def in_round(self) -> bool:
        """Whether the constructor stands right in the body of the innermost loop, not on a branch in it."""
        return self.ib.round

    def static_value(self, name: str, atoms: Atoms, **more: Any) -> Value:
        """A value that exists once, bound to ``name`` by what was just written."""
        value = Value(atoms - {TENSOR}, slot=self.ib.slot(), loops=self.loops, **more)
        value.conditional = bool(self.loops) and not self.in_round()
        self.bind(name, value)
        return value

    def needed(self, node: cst.Name) -> cst.BaseExpression:
        """What ``call`` says for a name that holds something static."""
        value = self.env.get(node.value)
        if value is None:
            return node
        if value.literal is not None:
            return value.literal
        if value.index is not None and value.index in self.loops:
            value.index.index_used = True
            return node
        if value.kept is None:
            value.kept = self._keep_name(node, value)
        return value.kept

    def _keep_name(self, node: cst.Name, value: Value) -> cst.BaseExpression:
        if value.slot is None:
            raise CannotStage(node, f"`{node.value}` is not known when the layers are made")
        if not value.loops:
            attribute = self.attributes.new(node.value)
            value.slot.lines.append(assign(f"self.{attribute}", cst.Name(node.value)))
            return cst.parse_expression(f"self.{attribute}")
        if value.loops != self.loops[: len(value.loops)]:
            raise CannotStage(node, f"`{node.value}` is needed outside the loop that computes it")
        walked = self._walked(node, value)
        if walked is not None:
            return walked
        kept = self._new_kept(node.value, value.loops)
        kept.own_name = True
        if value.conditional:
            raise CannotStage(node, f"`{node.value}` is set on some rounds of a loop only")
        value.slot.lines.append(Later(lambda: [evaluate(f"{kept.target()}.append({node.value})")]))
        return cst.Name(kept.placeholder)

    def _walked(self, node: cst.Name, value: Value) -> cst.BaseExpression | None:
        """``for layer in layers``: the list is there already."""
        loop = value.loops[-1]
        target, source = loop.node.target, loop.node.iter
        if len(value.loops) > 1 or not isinstance(target, cst.Name) or not isinstance(source, cst.Name):
            return None
        listed = self.env.get(source.value)
        if target.value != node.value or value.slot is not loop.target or source.value in changed_names(loop.node.body):
            return None
        if listed is None or listed.slot is None or listed.loops or value.conditional:
            return None
        place = self.needed(source)
        if not isinstance(place, cst.Attribute):
            return None
        kept = Kept(value.loops, node.value, place.attr.value, f"__kept_{len(self.all_kept)}__", own_name=True)
        kept.there = True
        self.all_kept.append(kept)
        loop.kept.append(kept)
        return cst.Name(kept.placeholder)

    def _new_kept(self, hint: str, loops: tuple[Loop, ...]) -> Kept:
        element = hint if hint.isidentifier() else "layer"
        kept = Kept(loops, element, self.attributes.new(plural(element)), f"__kept_{len(self.all_kept)}__")
        self.all_kept.append(kept)
        loops[-1].kept.append(kept)
        return kept

    def keep(self, expression: cst.BaseExpression, hint: str) -> tuple[cst.BaseExpression, cst.BaseExpression]:
        """Writes a value into the constructor; what ``call`` says for it, and what the constructor says behind it."""
        if self.comprehension is not None:
            attribute = self.attributes.new(plural(hint))
            element = self.locals.new(hint)
            self.comprehension.append((attribute, element, expression))
            return cst.Name(element), cst.parse_expression(f"self.{attribute}[-1]")
        if not self.loops:
            attribute = self.attributes.new(hint)
            self.ib.add(assign(f"self.{attribute}", expression))
            node = cst.parse_expression(f"self.{attribute}")
            return node, node
        kept = self._new_kept(hint, self.loops)
        return cst.Name(kept.placeholder), self._append(kept, expression)

    def _append(self, kept: Kept, expression: cst.BaseExpression) -> cst.BaseExpression:
        if self.in_round():
            self.ib.add(Later(lambda: [_appended(kept.target(), expression)]))
            name = f"__list_{kept.placeholder}"
            return cst.parse_expression(f"{name}[-1]")
        local = self.locals.new(kept.element)
        loop = self.loops[-1]
        loop.start.lines.append(assign(local, cst.Name("None")))
        self.ib.add(assign(local, expression))
        loop.end.lines.append(Later(lambda: [evaluate(f"{kept.target()}.append({local})")]))
        return cst.Name(local)

    # sizes

    def size(self, expression: cst.BaseExpression) -> Size:
        """An expression over variables as they are now."""
        names = {n.value for n in read_names(expression)}
        return Size(expression, {n: self.versions[n] for n in names if n in self.versions})

    def is_current(self, size: Size) -> bool:
        return all(self.versions.get(n) == v for n, v in size.versions.items())

    def info(self, name: str) -> Info:
        """Sizes of a variable; what has changed since is read from a variable of the constructor."""
        value = self.env.get(name)
        if value is None:
            return UNKNOWN
        return self._fresh(value, value.info, f"{name}_channels" if name not in MAIN else "channels")

    def _fresh(self, value: Value, info: Info, hint: str) -> Info:
        if all(s is None or self.is_current(s) for s in _sizes(info)):
            return info
        items = info.items and tuple(self._fresh(value, i, hint) for i in info.items)
        return replace(
            info, size=self._stored(value, info.size, hint), total=self._stored(value, info.total, hint), items=items
        )

    def _stored(self, value: Value, size: Size | None, hint: str) -> Size | None:
        if size is None or self.is_current(size) or value.slot is None:
            return size if size is None or self.is_current(size) else None
        slot = value.slot

        def resolve() -> cst.BaseExpression:
            name = self.fresh(hint)
            slot.lines.append(assign(name, size.expression))
            return cst.Name(name)

        return self.pending.new(resolve)

    def parameter_size(self, name: str) -> Size | None:
        """The size of a tensor that ``call`` takes."""
        if (self.function, name) in self.shared.unsized:
            return None
        if name not in self.parameter_sizes:

            def resolve() -> cst.BaseExpression:
                self.demands.add(name)
                return cst.Name(self.size_parameter(name))

            self.parameter_sizes[name] = self.pending.new(resolve)
        return self.parameter_sizes[name]

    def size_parameter(self, name: str) -> str:
        """The constructor's parameter for the size of a tensor."""
        return size_parameter(self.function, name)

    # blocks

    @contextmanager
    def writing(self, init: Block, call: Block) -> Generator[None]:
        before = self.ib, self.cb
        self.ib, self.cb = init, call
        yield
        self.ib, self.cb = before


MAIN = frozenset({"x", "inputs", "input", "net", "h", "y", "out", "img_input", "input_tensor", "tensor"})


def _appended(target: str, expression: cst.BaseExpression) -> cst.SimpleStatementLine:
    func = cst.parse_expression(f"{target}.append")
    return cst.SimpleStatementLine([cst.Expr(cst.Call(func, [cst.Arg(expression)]))])


def size_parameter(function: Function, name: str) -> str:
    source = function.inner or function
    tensors = source.tensor_parameters()
    taken = {p.name.value for p in function.parameters}
    hint = "in_channels" if not tensors or name == tensors[0] else f"{name}_channels"
    if hint in taken or _is_other(source, hint) or _is_other(function, hint):
        hint = f"{name}_input_channels"
    return hint


def _is_other(function: Function, name: str) -> bool:
    """Whether the function itself means something else by a name than the size of a tensor."""
    for node in within(function.node.body):
        if isinstance(node, cst.Assign) and name in [n for t in node.targets for n in targets(t.target)]:
            text = code(node.value)
            if not (text.endswith("]") and (".shape[" in text or "int_shape(" in text or "get_shape()" in text)):
                return True
    return False


def _sizes(info: Info) -> Iterator[Size | None]:
    yield info.size
    yield info.total
    for item in info.items or ():
        yield from _sizes(item)


def _names(function: Function) -> set[str]:
    """All variables of a function and of those in it."""
    found = {n.value for n in read_names(function.node)}
    for node in within(function.node, enter=True):
        if isinstance(node, cst.Param):
            found.add(node.name.value)
        elif isinstance(node, cst.FunctionDef):
            found.update(bound_names(node.body))
    return found
