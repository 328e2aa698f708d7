"""Running both programs once more, with all calls of submodules noted, to say where they part."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from translate.rules import RuleSet
from translate.verify.bench import Bench
from translate.verify.compare import Tolerance
from translate.verify.divergence.agree import worst
from translate.verify.divergence.align import Alignment
from translate.verify.divergence.locate import Found, Gradients, Outputs, Slack
from translate.verify.divergence.telling import Teller
from translate.verify.divergence.trace import Event, Trace
from translate.verify.matching import Match, give_weights, pair_after_run
from translate.verify.result import Comparison, Divergence, Layer
from translate.verify.rounding import FACTOR, nudged
from translate.verify.sides import Call, Side

_ROUNDING = Tolerance(1e-9, 1e-10)
"""Between what rounding does in one layer and what faults do."""
_LAST_BITS = 1e-13
"""Of the scale: what adding up in another order does to results that do not change where their inputs nearly do."""
_FLOAT32_FACTOR, _FLOAT32_FLOOR = 10.0, 32 * float(np.finfo(np.float32).eps)


@dataclass(frozen=True)
class Parting:
    """A run in which both sides differed."""

    bench: Bench
    match: Match
    calls: tuple[Call, Call]
    """Of the source and of the translation."""
    wrong: Sequence[Comparison]
    """What differs, the first first."""
    rules: RuleSet


def find(parting: Parting) -> Divergence | None:
    """The first place where the two programs part; None where nothing can be said. Raises UserError."""
    first, bench, match = parting.wrong[0], parting.bench, parting.match
    teller = Teller(bench, match)
    path = _owner(first.name, match)
    if path is not None:
        return teller.module(path, "buffer" if "buffer" in first.name else "parameter")
    if first.name == "trainable parameters":
        return None
    give_weights(match.pairs, match.values)
    if first.dtype == "float32":
        found, alignment = _in_float32(parting)
        return teller.told(found, alignment, "output")
    gradients = "gradient of " in first.name
    models = match.source, match.target
    mine, theirs = (
        _traced(side, model, call, gradients)
        for side, model, call in zip((bench.source, bench.target), models, parting.calls, strict=True)
    )
    alignment = Alignment(mine.root, theirs.root, _modules(bench, match.pairing.modules))
    tolerance = bench.watch.widen(_ROUNDING)
    outputs = Outputs(alignment, lambda _: tolerance)
    found = outputs.first()
    if gradients and not outputs.differs(found):  # they also differ where results do that are forgotten later
        slack = _above_rounding(parting, mine)
        found = Outputs(alignment, slack).first()
        if not outputs.differs(found):
            found = outputs.forgotten(Outputs(alignment, slack)) or found
    if not gradients or outputs.differs(found):
        return teller.told(found, alignment, "output")
    wrong = [c.name.partition("gradient of ")[2] for c in parting.wrong]
    return teller.told(Gradients(alignment, tolerance, wrong).first(), alignment, "gradient")


def layers(bench: Bench, match: Match, calls: tuple[Call, Call]) -> list[Layer]:
    """By how much each of the innermost submodules differs in what it gives, by their calls. Raises UserError."""
    give_weights(match.pairs, match.values)
    mine, theirs = (
        _traced(side, model, call)
        for side, model, call in zip((bench.source, bench.target), (match.source, match.target), calls, strict=True)
    )
    alignment = Alignment(mine.root, theirs.root, _modules(bench, match.pairing.modules))
    teller, tolerance = Teller(bench, match), bench.watch.widen(_ROUNDING)
    paired = [event for event in mine.root.below() if event in alignment.partner and not alignment.inside(event)]
    return [teller.layer(event, alignment, tolerance) for event in paired if event is not mine.root]


def _owner(name: str, match: Match) -> str | None:
    """The path of the module whose own buffer or parameter differs; None if it is not about one."""
    if name == "trainable parameters":
        wrong = [p.path for p in match.pairs if p.is_parameter and p.torch.requires_grad != bool(p.keras.trainable)]
        return wrong[0].rpartition(".")[0] if wrong else None
    _, is_buffer, path = name.partition("buffer ")
    return path.rpartition(".")[0] if is_buffer else None


def _traced(side: Side, model: Any, call: Call, gradients: bool = False) -> Trace:
    trace = Trace(derives=gradients)
    call = replace(call, trace=trace, cotangents=call.cotangents if gradients else None)
    with side.restored(model):
        run = side.run(model, call)
    trace.root.inputs = [array for array in call.given() if array is not None]
    trace.root.outputs = list(run.outputs.values())
    return trace


def _modules(bench: Bench, modules: Sequence[tuple[str, Any, Any]]) -> list[tuple[str, Any, Any]]:
    return [(path, *bench.by_role(module, layer)) for path, module, layer in modules]


def _above_rounding(parting: Parting, trace: Trace) -> Slack:
    """What each call may differ by if it is rounding: what it does if inputs and weights change in their last bits.

    A fault in an early block may be forgotten on the way to the output; then little more than rounding is left of it,
    but more.
    """
    bench, match, call = parting.bench, parting.match, parting.calls[0]
    floats = [p.path for p in match.pairs if p.is_parameter and p.path in match.values]
    changed = nudged([np.asarray(match.values[path]) for path in floats])
    with bench.source.restored(match.source), bench.target.restored(match.target):
        give_weights(match.pairs, dict(zip(floats, changed, strict=True)))
        again = _traced(bench.source, match.source, replace(call, arrays=nudged(call.arrays)))
    own: dict[Event, float] = {}
    for event, other in zip(trace.root.below(), again.root.below(), strict=True):
        found = worst(event.outputs, other.outputs, Tolerance())
        own[event] = found.error / found.scale if found and found.scale else 0.0
    most = _ROUNDING.absolute
    return lambda event: bench.watch.widen(Tolerance(0.0, min(FACTOR * own[event] + _LAST_BITS, most)))


def _in_float32(parting: Parting) -> tuple[Found, Alignment]:
    """Where the translation begins to err more than the source does, both in float32, measured by float64."""
    bench, match = parting.bench, parting.match
    calls = [replace(call, dtype="float32") for call in parting.calls]
    exact = _traced(bench.source, match.source, parting.calls[0])
    source, target = bench.source.build("float32"), bench.target.build("float32")
    pairing = pair_after_run(bench, source, target, replace(calls[1], cotangents=None), parting.rules)
    give_weights(pairing.pairs, {p.path: p.torch.detach() for p in match.pairs})
    mine, theirs = _traced(bench.source, source, calls[0]), _traced(bench.target, target, calls[1])
    slack = _by_own_error(exact, mine, bench)
    alignment = Alignment(mine.root, theirs.root, _modules(bench, pairing.modules))
    return Outputs(alignment, slack).first(), alignment


def _by_own_error(exact: Trace, rounded: Trace, bench: Bench) -> Slack:
    """How much each call may err: by what the source's own errs there, whose results become the exact ones."""
    allowed: dict[Event, float] = {}
    for event, right in zip(rounded.root.below(), exact.root.below(), strict=True):
        own = worst(right.outputs, event.outputs, Tolerance())
        relative = own.error / own.scale if own and own.scale else 0.0
        allowed[event] = min(relative, 1.0) if math.isfinite(relative) else 1.0
        event.inputs, event.outputs = right.inputs, right.outputs
    return lambda event: bench.watch.widen(Tolerance(0.0, _FLOAT32_FACTOR * allowed[event] + _FLOAT32_FLOOR))
