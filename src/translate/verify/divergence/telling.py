"""What is told of the place where two programs part."""

from __future__ import annotations

from typing import Any, Literal

from translate.verify.bench import Bench
from translate.verify.compare import Tolerance
from translate.verify.divergence.agree import agreement, worst
from translate.verify.divergence.align import Alignment
from translate.verify.divergence.locate import Found
from translate.verify.divergence.origins import defined
from translate.verify.divergence.paths import keras_paths
from translate.verify.divergence.trace import Event
from translate.verify.matching import Match
from translate.verify.result import Divergence, Layer, Place
from translate.verify.sides import Side


class Teller:
    """Puts places in the two programs into words."""

    def __init__(self, bench: Bench, match: Match) -> None:
        self._bench, self._match = bench, match
        self._names = {True: self._paths(bench.source, match.source), False: self._paths(bench.target, match.target)}

    def _paths(self, side: Side, model: Any) -> dict[int, str]:
        if not side.is_model(model):
            return {}
        if side is self._bench.keras:
            return keras_paths(model)
        return {id(module): path for path, module in model.named_modules()}

    def told(self, found: Found, alignment: Alignment, what: Literal["output", "gradient"]) -> Divergence:
        """Of a call that was found."""
        event, twin = found.event, alignment.partner[found.event]
        error = worst(event.outputs, twin.outputs, Tolerance()) if what == "output" else None
        error = None if error and error.part else error  # it is the shape that differs
        lines = found.before or found.after
        beside = (self._line(lines), self._line(alignment.partner[lines])) if lines else ("", "")
        return Divergence(
            what,
            self._path(alignment, event),
            self._place(self._bench.source, event.module, event.called),
            self._place(self._bench.target, twin.module, twin.called),
            own_code=bool(alignment.inside(event)),
            after=self._called(alignment, found.after),
            before=self._called(alignment, found.before),
            beside=beside,
            call=self._number(alignment, event),
            inputs=tuple(tuple(a.shape) for a in event.inputs),
            error=error.error if error else None,
            scale=error.scale if error else None,
        )

    def layer(self, event: Event, alignment: Alignment, tolerance: Tolerance) -> Layer:
        """By how much a call differs in what it gives."""
        twin = alignment.partner[event]
        found, states = worst(event.outputs, twin.outputs, tolerance), agreement(event.outputs, twin.outputs, tolerance)
        return Layer(
            self._place(self._bench.source, event.module, event.called),
            self._place(self._bench.target, twin.module, twin.called),
            tuple(event.outputs[0].shape) if event.outputs else (),
            found.error if found else None,
            found.scale if found else None,
            {"agree": True, "part": True, "differ": False, "unknown": None}[states],
            self._number(alignment, event),
        )

    def module(self, path: str, what: Literal["buffer", "parameter"]) -> Divergence | None:
        """Of a module that holds a buffer or parameter which is something else on the other side."""
        for name, module, layer in self._match.pairing.modules:
            if name == path:
                source, target = self._bench.by_role(module, layer)
                places = self._place(self._bench.source, source), self._place(self._bench.target, target)
                return Divergence(what, path, *places)
        return None

    def _place(self, side: Side, module: Any, called: str = "") -> Place:
        name = self._names[side is self._bench.source].get(id(module), "")
        kind = "" if module is None else type(module).__name__
        return Place(name, kind, self._bench.setting.origins.of(module) or defined(module, side.file.holds), called)

    def _path(self, alignment: Alignment, event: Event) -> str:
        """Of a submodule in the PyTorch program."""
        module, _ = self._bench.by_framework(event.module, alignment.partner[event].module)
        names = self._names[self._bench.torch is self._bench.source]
        return alignment.path[event] or names.get(id(module), "")

    def _line(self, event: Event) -> str:
        """Where it is called; of a layer in a graph where it is made, which is about the same."""
        return event.called or self._bench.setting.origins.of(event.module)

    def _called(self, alignment: Alignment, event: Event | None) -> str:
        """The name of a submodule, of the layer in Keras if it has none of its own."""
        if event is None:
            return ""
        name = self._path(alignment, event) or self._names[True].get(id(event.module), "") or event.kind
        number = self._number(alignment, event)
        return f"{name} (call {number})" if number else name

    def _number(self, alignment: Alignment, event: Event) -> int:
        """Which call of the submodule it is, from 1; 0 if there is but one."""
        calls = alignment.calls_of(event.module) if event.module is not None else []
        return calls.index(event) + 1 if len(calls) > 1 else 0
