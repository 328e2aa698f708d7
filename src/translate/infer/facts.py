"""What inference found out for rewriting, by node of the tree."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import libcst as cst

from translate.infer.program import ClassInfo
from translate.rules import Case, Rule, Signature

Slot = int | tuple[int, ...]
"""Where an argument stands: index into the call's arguments (several for ``*name``), or RECEIVER."""
RECEIVER = -1


@dataclass(frozen=True)
class Apply:
    """A call, or a reference, that a rule translates."""

    rule: Rule
    signature: Signature
    case: Case | None = None
    bound: tuple[tuple[str, Slot], ...] = ()
    """Argument names and where they stand."""
    axes: tuple[tuple[str, Any], ...] = ()
    """Axis arguments, renumbered."""
    write: str | None = None
    """An expression chosen by a hook, instead of the rule's."""
    extra: tuple[tuple[str, str], ...] = ()
    """Further placeholders for ``write``."""
    adapter: bool = False
    """A class of the framework that is passed on as a value."""
    fixed: frozenset[str] = frozenset()
    """Arguments that an adapter does not take: only their default is translated."""


@dataclass(frozen=True)
class Items:
    """A subscript of an image: the order of its parts, by position in the source (None: a full slice)."""

    order: tuple[int | None, ...]


@dataclass(frozen=True)
class Finding:
    """A diagnostic before its position is known."""

    node: cst.CSTNode
    code: str
    message: str
    help: str = ""
    statement: cst.CSTNode | None = None


@dataclass(eq=False)
class Facts:
    apply: dict[cst.CSTNode, Apply] = field(default_factory=dict[cst.CSTNode, Apply])
    casts: dict[cst.CSTNode, tuple[int, ...]] = field(default_factory=dict[cst.CSTNode, "tuple[int, ...]"])
    """Expressions that are transposed where they stand."""
    casts_each: dict[cst.CSTNode, tuple[int, ...]] = field(default_factory=dict[cst.CSTNode, "tuple[int, ...]"])
    """Lists of tensors, each of which is transposed."""
    appended: dict[cst.CSTNode, tuple[tuple[str, tuple[int, ...]], ...]] = field(
        default_factory=dict[cst.CSTNode, "tuple[tuple[str, tuple[int, ...]], ...]"]
    )
    """Branches at whose end names are transposed, so that both branches leave the same arrangement."""
    turned: dict[cst.CSTNode, tuple[tuple[str, tuple[int, ...]], ...]] = field(
        default_factory=dict[cst.CSTNode, "tuple[tuple[str, tuple[int, ...]], ...]"]
    )
    """Loops before which names are transposed, so that they begin with what they leave."""
    permutes: dict[cst.CSTNode, tuple[int, ...]] = field(default_factory=dict[cst.CSTNode, "tuple[int, ...]"])
    """Layers in a chain whose input is transposed first."""
    items: dict[cst.CSTNode, Items] = field(default_factory=dict[cst.CSTNode, Items])
    replaced: dict[cst.CSTNode, str] = field(default_factory=dict[cst.CSTNode, str])
    """Expressions to write anew, as text of the target."""
    unpacked: dict[cst.CSTNode, tuple[int, ...]] = field(default_factory=dict[cst.CSTNode, "tuple[int, ...]"])
    """Targets of ``a, b, c, d = x.shape``: their new order."""
    containers: dict[cst.CSTNode, str] = field(default_factory=dict[cst.CSTNode, str])
    methods: dict[cst.CSTNode, str] = field(default_factory=dict[cst.CSTNode, str])
    """Calls of a container's or a layer's own methods, by kind of change."""
    dropped: dict[cst.CSTNode, str] = field(default_factory=dict[cst.CSTNode, str])
    """Statements left out, and why (a code)."""
    assigned: dict[cst.CSTNode, cst.BaseExpression] = field(default_factory=dict[cst.CSTNode, cst.BaseExpression])
    """Calls such as ``x.add_(1)`` that are statements: what their result is assigned to."""
    training: set[cst.CSTNode] = field(default_factory=set[cst.CSTNode])
    """Functions that need to know whether the model trains."""
    training_calls: dict[cst.CSTNode, bool] = field(default_factory=dict[cst.CSTNode, bool])
    """Calls of such functions; true if the argument is to be added."""
    by_name: dict[cst.CSTNode, tuple[Any, ...]] = field(default_factory=dict[cst.CSTNode, "tuple[Any, ...]"])
    """Calls of modules: from which argument on they are passed by name, and the names."""
    added: dict[cst.CSTNode, tuple[str, str]] = field(default_factory=dict[cst.CSTNode, "tuple[str, str]"])
    """Assignments of a layer to an attribute (whose, and its name) that make it one of a chain."""
    initial_values: dict[cst.CSTNode, tuple[tuple[str, str], ...]] = field(
        default_factory=dict[cst.CSTNode, "tuple[tuple[str, str], ...]"]
    )
    """Layers whose weights are given initial values behind them: which weight, and how."""
    left_out: dict[cst.CSTNode, tuple[int, ...]] = field(default_factory=dict[cst.CSTNode, "tuple[int, ...]"])
    """Calls, and the arguments that the target does without."""
    inputs: set[cst.CSTNode] = field(default_factory=set[cst.CSTNode])
    """Calls that say what a model takes."""
    listed: set[cst.CSTNode] = field(default_factory=set[cst.CSTNode])
    """Lists of modules that attributes hold."""
    channelwise: dict[cst.CSTNode, int] = field(default_factory=dict[cst.CSTNode, int])
    """Vectors with a number for each channel, and how many axes follow the channels."""
    told: dict[cst.CSTNode, str] = field(default_factory=dict[cst.CSTNode, str])
    """Constructions of modules of the file, and how many channels their input has."""
    inlined: set[cst.CSTNode] = field(default_factory=set[cst.CSTNode])
    """Constructions of layers that are written where they are called."""
    items_taken: dict[cst.CSTNode, tuple[int, int, bool]] = field(
        default_factory=dict[cst.CSTNode, "tuple[int, int, bool]"]
    )
    """Subscripts by a tensor or a list: which of the parts it is, the axis that it indexes in the target, and whether
    it is known to hold whole numbers."""
    items_at: dict[cst.CSTNode, tuple[tuple[int, ...], int]] = field(
        default_factory=dict[cst.CSTNode, "tuple[tuple[int, ...], int]"]
    )
    """Subscripts by several tensors at once: which of the parts they are, and the first axis in the target."""
    items_set: set[cst.CSTNode] = field(default_factory=set[cst.CSTNode])
    """Targets ``x[index]`` of assignments that make a new tensor of ``x``."""
    elements: dict[cst.CSTNode, str] = field(default_factory=dict[cst.CSTNode, str])
    """Expressions that are cast where they stand, and to which type of elements."""
    keyed: set[cst.CSTNode] = field(default_factory=set["cst.CSTNode"])
    """Dictionaries of modules that attributes hold."""
    counted: set[cst.CSTNode] = field(default_factory=set["cst.CSTNode"])
    """Chains whose layers are asked for by number."""
    promoted: dict[cst.CSTNode, str] = field(default_factory=dict[cst.CSTNode, str])
    """Operations that mix types of elements, and which rule says how they are written."""
    decided: dict[cst.CSTNode, bool] = field(default_factory=dict[cst.CSTNode, bool])
    """Conditions of which it is known which way they go."""
    decorations: set[cst.CSTNode] = field(default_factory=set[cst.CSTNode])
    """Decorators that mean nothing to the target."""
    found: list[Finding] = field(default_factory=list["Finding"])
    kept: set[cst.CSTNode] = field(default_factory=set[cst.CSTNode])
    """Nodes that stay in the source framework."""
    touched: set[cst.CSTNode] = field(default_factory=set[cst.CSTNode])
    """Statements with something to rewrite inside."""
    conflicts: list[cst.CSTNode] = field(default_factory=list[cst.CSTNode])
    """Nodes that would need two translations at once."""
    unsettled: set[cst.CSTNode] = field(default_factory=set[cst.CSTNode])
    """Functions in which conflicts were found."""
    lost: list[cst.CSTNode] = field(default_factory=list[cst.CSTNode])
    """Places where a tensor's arrangement is not known."""
    entries: dict[cst.CSTNode, tuple[tuple[str, int], ...]] = field(
        default_factory=dict[cst.CSTNode, "tuple[tuple[str, int], ...]"]
    )
    """Functions whose inputs are transposed on entry (``--io source``): names and ranks."""
    names: set[str] = field(default_factory=set[str])
    """Names that the file gives to something itself."""
    initialisers: set[cst.CSTNode] = field(default_factory=set[cst.CSTNode])
    modules: set[cst.CSTNode] = field(default_factory=set[cst.CSTNode])
    classes: list[ClassInfo] = field(default_factory=list[ClassInfo])
    interfaces: dict[Any, Any] = field(default_factory=dict[Any, Any])
    """For each function: names and arrangements of inputs and outputs."""
