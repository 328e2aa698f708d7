"""What an expression can be, as far as reading tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import libcst as cst

    from translate.infer.program import ClassInfo, FunctionInfo


class Value:
    """Anything."""

    __slots__ = ()


class Unknown(Value):
    """Could be anything, also a tensor."""

    __slots__ = ()


class Opaque(Value):
    """A Python value that is no tensor, layer or function: a number that is not known, text, a setting."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Foreign(Unknown):
    """What a class or function of another file gives, which this translation does not see."""

    name: str


@dataclass(frozen=True, slots=True)
class Imported(Value):
    """What an import brings from another file of the project, which is read when the name is first used."""

    module: str
    name: str
    written: str
    """As the import says it."""


@dataclass(frozen=True, slots=True)
class Namespace(Value):
    """A module of the project; ``written``: as the import says it."""

    module: str
    written: str


UNKNOWN = Unknown()
OPAQUE = Opaque()


@dataclass(frozen=True, slots=True)
class Const(Value):
    """A value written in the source where it is used, or in a local name that is set once."""

    value: Any


NONE = Const(None)


class Arrangement:
    """How the axes of a tensor are stored: the source's order, the target's (``image``), or not yet decided.

    Undecided arrangements that must agree are linked (union-find).
    """

    __slots__ = ("_kind", "_next", "_rank", "flexible", "only_rank")

    def __init__(
        self, kind: Literal["source", "image"] | None = None, rank: int | None = None, flexible: bool = False
    ) -> None:
        self._kind, self._rank = kind, rank
        self.flexible = flexible
        """Undecided, and either would do: the first use decides."""
        self.only_rank: int | None = None
        """If flexible and the rank is not known: the rank with which it may be an image."""
        self._next: Arrangement | None = None

    def root(self) -> Arrangement:
        node = self
        while node._next is not None:
            node = node._next
        return node

    @property
    def kind(self) -> str | None:
        return self.root()._kind

    @property
    def rank(self) -> int | None:
        return self.root()._rank

    def decide(self, kind: Literal["source", "image"], rank: int | None) -> None:
        root = self.root()
        root._kind = kind
        root._rank = rank if rank is not None else root._rank

    def link(self, other: Arrangement) -> None:
        mine, theirs = self.root(), other.root()
        if mine is not theirs and mine._kind is None:
            mine._next = theirs


@dataclass(frozen=True, slots=True)
class Channels:
    """An expression for how many channels a tensor has: the size of its last axis, if the source has them last."""

    text: str
    owner: Any = None
    """The class in whose constructor the expression holds; None: anywhere."""


@dataclass(slots=True, eq=False)
class Tensor(Value):
    """A tensor. ``rank`` is None where it is not known."""

    arrangement: Arrangement
    own_rank: int | None = None
    pixel: bool = False
    """An image of one pixel: its axes may be dropped without a transpose."""
    parts: tuple[Tensor, ...] = ()
    """What this is one of, or a view of."""
    stale: bool = False
    """The source changed it in place since; the translation did not."""
    perhaps_stale: bool = False
    """The same, if what was called changes its input at all."""
    reordered: bool = False
    """Its axes were put in another order on purpose."""
    elements: str | None = None
    """Whole numbers or truth values: the type in the target. None: floats, or not known."""
    channels: Channels | None = None
    """How many there are, where a layer must be told."""
    parameter: str = ""
    """Set for a parameter of the function being read."""
    created: bool = False
    """Made of nothing but a shape: if its rank is not known, it has no more axes than what it meets."""

    @property
    def rank(self) -> int | None:
        return self.own_rank if self.own_rank is not None else self.arrangement.rank

    @property
    def is_image(self) -> bool:
        return self.arrangement.kind == "image"

    @property
    def undecided(self) -> bool:
        return self.arrangement.kind is None

    def changed_in_place(self, perhaps: bool = False) -> None:
        pending: list[Tensor] = [self]
        seen: set[Tensor] = {self}
        while pending:
            tensor = pending.pop()
            if perhaps:
                tensor.perhaps_stale = True
            else:
                tensor.stale = True
            new = [part for part in tensor.parts if part not in seen]
            seen.update(new)
            pending += new


def image(rank: int, pixel: bool = False) -> Tensor:
    return Tensor(Arrangement("image", rank), rank, pixel)


def source(rank: int | None = None) -> Tensor:
    return Tensor(Arrangement("source", rank), rank)


@dataclass(slots=True, eq=False)
class Size(Value):
    """``x.shape``, ``x.size()``; ``start`` counts axes cut off in front."""

    tensor: Tensor
    operand: Any = None
    """The tensor where it stands, to cast it if need be."""
    renumbered: bool = False
    """Some axis was asked for by its number in an image."""
    numeric: bool = False
    """A tensor of whole numbers in the source, with which one can count."""
    cast: bool = False
    """The tensor is transposed first, so that sizes come in the source's order."""


@dataclass(slots=True, eq=False)
class Sequence(Value):
    """A Python list or tuple: some items in order, then any number of others."""

    kind: Literal["list", "tuple", "sizes"]
    items: list[Value] = field(default_factory=list["Value"])
    rest: Value | None = None
    born: tuple[object, ...] = ()
    """The branches and loops it was made in: what is added elsewhere is added perhaps."""
    fields: tuple[str, ...] = ()
    """The names of the items, if it is a named tuple."""

    def everything(self) -> list[Value]:
        return self.items if self.rest is None else [*self.items, self.rest]


@dataclass(slots=True, eq=False)
class Mapping(Value):
    items: dict[Any, Value] = field(default_factory=dict[Any, "Value"])
    rest: Value | None = None

    def everything(self) -> list[Value]:
        return [*self.items.values(), *([] if self.rest is None else [self.rest])]


@dataclass(slots=True, frozen=True)
class Api(Value):
    """A name of the source framework: module, function, class or value."""

    name: str


@dataclass(slots=True, frozen=True)
class Record(Value):
    """A class of named tuples."""

    fields: tuple[str, ...]


@dataclass(slots=True, frozen=True)
class Kept(Value):
    """A layer, or something else, of the source framework that stays untranslated."""

    name: str


@dataclass(slots=True, eq=False)
class Layer(Value):
    """A layer of the framework, made by ``node``."""

    name: str
    node: cst.Call
    bound: Any = None
    owner: Any = None
    """The class in whose constructor it is made."""
    direct: bool = True
    """Made where its class is named; otherwise by an adapter that was passed on."""
    shared: bool = False
    """Made by a function, for several callers."""
    home: Any = None
    """The reading of the file that makes it."""


@dataclass(slots=True, eq=False)
class Container(Value):
    """``Sequential``, ``ModuleList`` or ``ModuleDict`` of the source, made by ``node``."""

    kind: str
    node: cst.CSTNode
    children: Sequence
    names: list[str | None] = field(default_factory=list["str | None"])
    nodes: list[cst.CSTNode | None] = field(default_factory=list["cst.CSTNode | None"])
    """The expressions that make the children, where they are written in the call."""
    born: tuple[object, ...] = ()
    steps: dict[cst.CSTNode, Any] = field(default_factory=dict["cst.CSTNode", "Any"])
    """How it grew, by the calls that add to it: ``growing.Step``."""
    from_mapping: bool = False
    """Made from a dictionary of layers."""
    entry: Tensor | None = None
    """What its input is said to be."""
    called: bool = False
    by_name: bool = False
    """A list whose modules are added, and asked for, by name."""
    home: Any = None
    """The reading of the file that makes it."""

    @property
    def written_as(self) -> str:
        """The kind of container that it becomes."""
        return "module_dict" if self.by_name else self.kind

    def place_of(self, name: str) -> str:
        """How a layer that is asked for by name is found in the target."""
        return f"child {self.written_as} {self.names.index(name)}"

    def named(self, name: str) -> Value | None:
        if name in self.names:
            return self.children.items[self.names.index(name)]
        return None


@dataclass(slots=True, frozen=True)
class Class(Value):
    info: ClassInfo


@dataclass(slots=True, frozen=True)
class Instance(Value):
    info: ClassInfo
    node: Any = field(default=None, compare=False)
    """The call that makes it, if there is one only."""
    owner: Any = field(default=None, compare=False)
    """The class in whose constructor that call stands."""


@dataclass(slots=True, frozen=True)
class Function(Value):
    info: FunctionInfo
    bound: Value | None = None


@dataclass(slots=True, eq=False)
class Method(Value):
    """An attribute of a value that only a call can say more about: ``x.view``, ``blocks.append``."""

    owner: Value
    name: str


@dataclass(slots=True, frozen=True)
class Super(Value):
    info: ClassInfo
    """The class after which to look."""
    instance: Instance


@dataclass(slots=True, eq=False)
class Union(Value):
    """One of several."""

    options: tuple[Value, ...]


def options(value: Value) -> tuple[Value, ...]:
    return value.options if isinstance(value, Union) else (value,)


MOST_OPTIONS = 60


def join(*values: Value) -> Value:
    """What something is that is one of ``values``."""
    found: list[Value] = []
    tensors: list[Tensor] = []
    for value in values:
        for option in options(value):
            if isinstance(option, Tensor):
                if not any(option is t for t in tensors):
                    tensors.append(option)
            elif not any(_same(option, f) for f in found):
                found.append(option)
    found += _join_tensors(tensors)
    if len(found) == 1:
        return found[0]
    if len(found) > 1 and all(isinstance(f, (Const, Opaque)) and f is not NONE for f in found):
        return OPAQUE
    if len(found) > MOST_OPTIONS:
        return UNKNOWN
    return Union(tuple(found))


def _same(a: Value, b: Value) -> bool:
    if a is b:
        return True
    if isinstance(a, Const) and isinstance(b, Const):
        return type(a.value) is type(b.value) and repr(a.value) == repr(b.value)
    if isinstance(a, Sequence) and isinstance(b, Sequence):
        return (
            a.kind == b.kind == "tuple"
            and a.rest is b.rest
            and len(a.items) == len(b.items)
            and all(_same_tensor(x, y) for x, y in zip(a.items, b.items, strict=True))
        )
    if isinstance(a, Layer) and isinstance(b, Layer):
        return a.node is b.node
    return type(a) is type(b) and not isinstance(a, (Sequence, Mapping, Union, Size, Method)) and a == b


def _same_tensor(a: Value, b: Value) -> bool:
    if isinstance(a, Tensor) and isinstance(b, Tensor):
        return a.arrangement.kind == b.arrangement.kind and a.rank == b.rank
    return _same(a, b)


def _join_tensors(tensors: list[Tensor]) -> list[Value]:
    """Tensors of one arrangement and rank are one; undecided ones follow the others."""
    if len(tensors) <= 1:
        return list(tensors)
    decided = [t for t in tensors if not t.undecided]
    for tensor in tensors:
        if tensor.undecided:
            tensor.arrangement.link((decided or tensors)[0].arrangement)
    groups: dict[Any, list[Tensor]] = {}
    for tensor in tensors:
        groups.setdefault((tensor.arrangement.kind, tensor.rank), []).append(tensor)
    kinds = {kind for kind, _ in groups}
    if kinds <= {"source", None} or (len(kinds) == 1 and kinds == {None}):
        groups = {(next(iter(kinds)), None): tensors}  # source order: the rank alone changes nothing
    joined: list[Value] = []
    for members in groups.values():
        first = members[0]
        if len(members) == 1:
            joined.append(first)
            continue
        ranks = {m.rank for m in members}
        joined.append(
            Tensor(
                first.arrangement if len(ranks) == 1 else Arrangement(first.arrangement.kind),  # type: ignore[arg-type]
                first.rank if len(ranks) == 1 else None,
                all(m.pixel for m in members),
                tuple(members),
                elements=first.elements if len({m.elements for m in members}) == 1 else None,
            )
        )
    return joined
