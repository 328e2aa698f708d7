"""The state of one reading of a file."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import libcst as cst

from translate.infer.elsewhere import NOBODY, Elsewhere
from translate.infer.facts import Facts, Finding
from translate.infer.program import NOTHING, ClassInfo, FunctionInfo, Stated
from translate.infer.taking import Taken
from translate.infer.values import Arrangement, Container, Mapping, Sequence, Tensor, Union, Value, image, source
from translate.rules import Rule, RuleSet

if TYPE_CHECKING:
    from translate.infer.binding import Bound


class Infeasible(Exception):
    """This cannot happen in a program that runs: one option of several is ruled out."""


@dataclass(slots=True)
class Frame:
    """One function (or the module) being read."""

    function: FunctionInfo | None
    names: dict[str, Value]
    instance: Value | None = None
    returned: list[Value] = field(default_factory=list[Value])
    branches: tuple[object, ...] = ()
    image_ranks: tuple[int | None, ...] = ()
    """Ranks of the images that the function was given."""
    sequences: set[str] = field(default_factory=set[str])
    """Names that are asked whether they are tuples or lists: indexed, they are."""


HeldList = tuple[Sequence | Mapping, cst.CSTNode, tuple[cst.CSTNode, ...]]
"""A list, the expression that makes it, and the statements that this stands in."""


@dataclass(slots=True)
class Operand:
    """A value where it is used. ``node`` is what a cast would be written around; in a chain of layers, the layer."""

    value: Value
    node: cst.CSTNode | None = None
    in_chain: bool = False
    keyword: str = ""
    star: str = ""
    index: int = -2
    """Position among the call's arguments; -1: the receiver of a method."""


class State:
    def __init__(
        self, rules: RuleSet, channels_first: bool, stated: Stated = NOTHING, elsewhere: Elsewhere | None = None
    ) -> None:
        self.rules = rules
        self.elsewhere = elsewhere
        """The other files of the project."""
        self.name = "" if elsewhere is None else elsewhere.module
        """The module's, in the project."""
        self.sealed = False
        """The file is read, and its translation settled: other files adapt to it."""
        self.only_defined = False
        """Only what the file defines and makes was read."""
        self.users = NOBODY if elsewhere is None else elsewhere.users()
        self.frozen = False
        """It is read for a file whose translation is being settled, which adds nothing to what is defined here."""
        self.visited = False
        """It is being read again for another file."""
        self.variants: dict[Any, ClassInfo] = {}
        """Classes of other files as they are with what they are given here."""
        self.channels_first = channels_first
        self.stated = stated
        self.dialect = rules.dialect
        self.facts = Facts()
        self.recording = False
        self.initialising = True
        self.classes: list[ClassInfo] = []
        self.functions: list[FunctionInfo] = []
        self.frames: list[Frame] = []
        self.statements: list[cst.CSTNode] = []
        self.memo: dict[Any, Any] = {}
        self.demands: dict[Any, dict[str, tuple[str, int | None]]] = {}
        self.running: list[Any] = []
        self.called: set[FunctionInfo] = set()
        self.call: Callable[[FunctionInfo, Value | None, list[Operand], cst.CSTNode | None], Value]
        """Calls a function of the file; set by the interpreter, as is the next."""
        self.chain: Callable[[cst.Call, Container, list[Operand]], Value]
        """Calls a Sequential."""
        self.lists: list[HeldList] = []
        self.inner_lists: list[tuple[Sequence, HeldList]] = []
        """Lists that attributes hold, the expressions that make them, and the statements around."""
        self.constructions: list[tuple[cst.Call, ClassInfo, tuple[cst.CSTNode, ...]]] = []
        """Calls that make modules of the file."""
        self.chaining = False
        """A layer of a Sequential is at work."""
        self.looping: cst.BaseExpression | None = None
        """What the loop that was met last goes over."""
        self.execute: Callable[[cst.BaseSuite], None]
        """Reads a block."""
        self.made: dict[cst.CSTNode, tuple[Any, tuple[cst.CSTNode, ...]]] = {}
        """Layers of the framework: how they are made unless a call says otherwise, and the statements around."""
        self.containers: list[tuple[Container, tuple[cst.CSTNode, ...]]] = []
        self.calls: dict[cst.CSTNode, tuple[FunctionInfo, FunctionInfo, tuple[cst.CSTNode, ...]]] = {}
        """Calls of methods: who calls, who is called, the statements around."""
        self.initialisers: dict[FunctionInfo, bool] = {}
        """Functions that do nothing but initialise weights."""
        self.expected: dict[cst.CSTNode, dict[str, Value]] = {}
        """What constructors are given, as the last round saw it."""
        self.flexible: list[tuple[cst.Call, Rule, Bound, Arrangement, str, str, tuple[cst.CSTNode, ...]]] = []
        self.makers: set[FunctionInfo] = set()
        """Functions that make modules."""
        self.constructed = 0
        """How many modules were made so far."""
        self.uncertain = False
        """Within layers of which it is not known whether, or in which order, they run."""
        self.interned: dict[cst.CSTNode, ClassInfo] = {}
        self._functions: dict[cst.CSTNode, FunctionInfo] = {}
        self.target_names: set[str] = set()
        """Names that imports of the target framework bind: what uses them has been translated before."""
        self.imported: set[str] = set()
        """Names that imports bind."""
        self.absent: dict[int, set[cst.CSTNode]] = {}
        """By table of facts: nodes for which it was found that nothing is to be done."""
        self.pinned: set[cst.CSTNode] = set()
        """Functions that are given tensors in the source's order, since they are called with both."""
        data = next((r.data for r in rules.find(rules.dialect.module)), dict[str, Any]())
        self.reserved: set[str] = {*data.get("reserved", ()), *data.get("reserved_in_models", ())}
        """Attributes that the target keeps for itself."""
        self.only_tensors_have: set[str] = set(data.get("only_tensors_have", ()))
        """Methods by which something unknown is taken for a tensor."""
        self.renamed_methods: dict[str, str] = data.get("methods", {})
        self.only_reached = False
        """Whether a branch is read only with what a call in the file can bring there."""
        self.followed: set[cst.CSTNode] = set()
        self.given_up: list[tuple[cst.CSTNode, tuple[cst.CSTNode, ...]]] = []
        """Statements that were read to their end, and those that did not make sense with what was known."""
        self.read: set[cst.CSTNode] = set()
        """Functions whose bodies were read."""
        self.lambdas: dict[cst.CSTNode, FunctionInfo] = {}
        self.annotating = False
        """A name is read that stands for a type."""
        self.masking: list[tuple[cst.Call, tuple[cst.CSTNode, ...]]] = []
        """Layers that hand a mask on with what they give, and the statements around."""
        self.masked: list[str] = []
        """What was called that looks at such masks."""
        self.taken: dict[cst.CSTNode, Taken] = {}
        """Recurrent layers, by the call that makes them: what calls take of what they give."""
        self.taken_before: dict[cst.CSTNode, Taken] = {}
        """The same, as it was found when the file was read before."""
        self.single: dict[cst.CSTNode, Literal["itself", "item"]] = {}
        """Expressions that take an item of what has none in the target: of a state, or the first that a call gives."""
        self.told: set[str] = set()
        """Known differences that were noted."""
        self.source_io = False
        self.border: set[FunctionInfo] = set()
        self.cast_log: list[tuple[cst.CSTNode, tuple[int, ...]]] = []

    @property
    def module(self) -> dict[str, Value]:
        """The names of the file."""
        return self.frames[0].names

    @property
    def frame(self) -> Frame:
        return self.frames[-1]

    def function_of(
        self,
        node: cst.FunctionDef,
        scope: dict[str, Value],
        owner: ClassInfo | None = None,
        static: bool = False,
    ) -> FunctionInfo:
        """The one description of a function, however often its definition is read."""
        info = self._functions.get(node)
        if info is None:
            info = self._functions[node] = FunctionInfo(node.name.value, node, scope, owner, static, state=self)
        info.scope = scope
        around = tuple(self.statements)
        info.home = around if around[-1:] == (node,) else (*around, node)
        return info

    def function_at(self, node: cst.CSTNode) -> FunctionInfo | None:
        return self._functions.get(node)

    @property
    def all_functions(self) -> list[FunctionInfo]:
        return list(self._functions.values())

    def source_outputs(self, function: FunctionInfo | None) -> bool:
        return function in self.border

    @contextmanager
    def not_recording(self) -> Generator[None]:
        """Within, reading leaves no facts."""
        recording, self.recording = self.recording, False
        try:
            yield
        finally:
            self.recording = recording

    # what is found

    def record(self, table: dict[cst.CSTNode, Any], node: cst.CSTNode, fact: Any) -> None:
        """Note a fact for rewriting. Two different facts for one node are a conflict."""
        if not self.recording:
            return
        if node in self.absent.get(id(table), ()):
            self._conflict(node)
        if node in table:
            if table[node] != fact:
                self._conflict(node)
            return
        table[node] = fact
        self.facts.touched.update(self.statements)

    def nothing(self, table: dict[cst.CSTNode, Any], node: cst.CSTNode | None) -> None:
        """Note that a node stays as it is here. Elsewhere it must too."""
        if not self.recording or node is None:
            return
        self.absent.setdefault(id(table), set()).add(node)
        if node in table:
            self._conflict(node)

    def _conflict(self, node: cst.CSTNode) -> None:
        self.facts.conflicts.append(node)
        for frame in reversed(self.frames):
            if frame.function is not None and isinstance(frame.function.node, cst.FunctionDef):
                self.facts.unsettled.add(frame.function.node)
                return

    def report(self, node: cst.CSTNode, code: str, message: str, help: str = "") -> None:
        if not self.recording:
            return
        entry = Finding(node, code, message, help, self.statements[-1] if self.statements else None)
        if entry not in self.facts.found:
            self.facts.found.append(entry)
        if code.startswith("T"):
            self.facts.kept.add(node)
        self.facts.touched.update(self.statements)

    def lose(self, node: cst.CSTNode | None) -> None:
        """A tensor comes from where its arrangement cannot be known."""
        if self.recording and node is not None and not self.channels_first:
            self.facts.lost.append(node)

    # arrangement

    def _cast(self, operand: Operand, axes: tuple[int, ...]) -> None:
        if operand.node is None:
            if operand.in_chain and self.recording:
                self.facts.lost.append(self.statements[-1])
            return
        self.cast_log.append((operand.node, axes))
        facts = self.facts
        if operand.in_chain:
            self.record(facts.permutes, operand.node, tuple(a for a in axes[1:]))
        else:
            self.record(facts.casts, operand.node, axes)

    def need_image(self, operand: Operand, rank: int, channels_first: bool = False) -> Tensor:
        """The operand as an image of ``rank`` axes; a transpose is put in if need be.

        With ``channels_first`` images are stored in the source's order.
        """
        tensor = self.tensor(operand)
        if tensor.undecided and tensor.arrangement.only_rank not in (None, rank):
            self.settle(tensor)
        if tensor.rank is not None and tensor.rank != rank and not tensor.undecided:
            raise Infeasible
        if channels_first:
            if tensor.undecided:
                tensor.arrangement.decide("source", rank)
            return self.need_source(operand)
        if tensor.undecided:
            if tensor.rank is not None and tensor.rank != rank:
                raise Infeasible
            tensor.arrangement.decide("image", rank)
            return tensor
        if tensor.is_image:
            self._as_it_is(operand)
            return tensor
        self._cast(operand, self.dialect.to_image(rank))
        return image(rank)

    def _as_it_is(self, operand: Operand) -> None:
        self.nothing(self.facts.permutes if operand.in_chain else self.facts.casts, operand.node)

    def need_source(self, operand: Operand) -> Tensor:
        """The operand in the source's order of axes."""
        tensor = self.tensor(operand)
        self.settle(tensor)
        if not tensor.is_image:
            if not tensor.undecided:
                self._as_it_is(operand)
            return tensor
        rank = tensor.rank
        assert rank is not None
        self._cast(operand, self.dialect.to_source(rank))
        return source(rank)

    def settle(self, tensor: Tensor) -> None:
        """A use that needs to know the arrangement of a flexible tensor: the source's it is."""
        if tensor.undecided and tensor.arrangement.root().flexible:
            tensor.arrangement.root().decide("source", tensor.rank)

    def later(
        self, node: cst.Call, rule: Rule, bound: Bound, arrangement: Arrangement, plain: str, unchanged: str
    ) -> None:
        """A transpose that is written only if its result is wanted in the source's order."""
        if self.recording:
            self.flexible.append((node, rule, bound, arrangement, plain, unchanged, tuple(self.statements)))

    def tensor(self, operand: Operand) -> Tensor:
        """The operand, which must be a tensor."""
        value = operand.value
        if isinstance(value, Tensor):
            return value
        if isinstance(value, Union):
            tensors = [o for o in value.options if isinstance(o, Tensor)]
            if not value.options:
                raise Infeasible
            kinds = {(t.arrangement.kind, t.rank) for t in tensors}
            if len(tensors) == 1 or len(kinds) == 1:
                return tensors[0]
            if tensors:  # arranged one way here and another way there
                self.lose(operand.node)
                return source()
        if isinstance(value, Sequence):
            raise Infeasible
        self.lose(operand.node)
        return source()
