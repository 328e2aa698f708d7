"""Fitting the translation to its source: order of axes, and the same random weights on both sides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from translate.rules import RuleSet
from translate.verify import axes, buffers, randomise
from translate.verify.axes import Order
from translate.verify.bench import Bench
from translate.verify.by_calls import pair_by_calls
from translate.verify.calibrate import calibrated
from translate.verify.compare import Array, Tolerance, compare
from translate.verify.load import UserError
from translate.verify.result import Comparison, Options
from translate.verify.sides import Call
from translate.verify.spec import Inputs
from translate.weights import Pair, Pairing, WeightError, pair, recorded_calls
from translate.weights.transfer import into_keras


class NotComparableError(Exception):
    """The two models cannot be compared; the message says why."""


@dataclass
class Match:
    """A translation with the source's weights, and how to read its inputs and outputs."""

    source: Any
    target: Any
    pairing: Pairing
    input_orders: tuple[Order, ...]
    output_orders: dict[str, Order]
    values: Mapping[str, Any]
    """The random weights by path, in PyTorch's form."""
    before: Sequence[buffers.Initial] = ()
    """Buffers of the user's classes as the constructors left them."""
    comparisons: list[Comparison] = field(default_factory=list[Comparison])
    """Outputs at the first sizes."""

    @property
    def pairs(self) -> tuple[Pair, ...]:
        return self.pairing.pairs

    def in_source_order(self, path: str, array: Array) -> Array:
        """An output of the translation with its axes as the source has them."""
        order = self.output_orders.get(path)
        return array.transpose(axes.inverse(order)) if order is not None and len(order) == array.ndim else array

    def compare_outputs(
        self, expected: Mapping[str, Array], actual: Mapping[str, Array], tolerance: Tolerance, *, prefix: str = ""
    ) -> list[Comparison]:
        """Compare all outputs, ``actual`` being in the translation's order of axes."""
        found = [
            compare(prefix + path, array, self.in_source_order(path, actual[path]), tolerance)
            for path, array in expected.items()
            if path in actual
        ]
        for path in sorted(set(expected) ^ set(actual)):
            side = "translation" if path in expected else "source"
            found.append(Comparison(prefix + path, "float64", float("inf"), 0.0, False, f"missing in the {side}"))
        return found

    def in_words(self, inputs: Inputs) -> dict[str, list[str]]:
        return {
            "inputs": [f"{i.name}: {axes.in_words(o)}" for i, o in zip(inputs.inputs, self.input_orders, strict=True)],
            "outputs": [f"{path}: {axes.in_words(o)}" for path, o in self.output_orders.items()],
        }


def give_weights(pairs: Sequence[Pair], values: Mapping[str, Any]) -> None:
    """Set the random values in the PyTorch module, and all that it has in the Keras model."""
    torch: Any = import_module("torch")
    with torch.no_grad():
        for one in pairs:
            if one.path in values:
                one.torch.copy_(torch.as_tensor(values[one.path]))
    for one in pairs:
        into_keras(one)


def find_match(
    bench: Bench, source: Any, inputs: Inputs, arrays: Sequence[Array | None], options: Options, rules: RuleSet
) -> Match:
    """Build the translation and try orders of axes until its outputs are the source's.

    If they are not with any order, gives the one that comes closest. Raises UserError or NotComparableError if the
    translation runs, and has the source's weights, with none.
    """
    found: list[Match] = []
    problem: UserError | NotComparableError | None = None
    for orders in input_candidates(inputs, options):
        target = bench.target.build("float64")
        try:
            pairing = pair_after_run(bench, source, target, Call(arrays, orders), rules)
        except (UserError, NotComparableError) as error:
            if problem is None or isinstance(error, NotComparableError):  # that one ran at least
                problem = error
            continue
        match = Match(source, target, pairing, orders, {}, {}, buffers.own(pairing.pairs, bench))
        match.values = _given(bench, match, options) or _values(bench, match, arrays, options.seed)
        give_weights(pairing.pairs, match.values)
        if options.translated_weights:
            bench.target.load_weights(target, Path(options.translated_weights))
        expected = bench.source.run(source, Call(arrays)).outputs
        actual = bench.target.run(target, Call(arrays, orders)).outputs
        match.output_orders = _output_orders(expected, actual, options)
        match.comparisons = match.compare_outputs(expected, actual, bench.watch.widen(Tolerance()))
        found.append(match)
        if all(c.equal for c in match.comparisons):
            return match
    if not found:
        assert problem is not None
        raise problem
    return min(found, key=lambda m: max((c.relative for c in m.comparisons), default=0.0))


def _given(bench: Bench, match: Match, options: Options) -> Mapping[str, Any]:
    """The weights that ``options`` name, by path; nothing if they name none."""
    if not options.weights or not match.pairs:
        return {}
    bench.source.load_weights(match.source, bench.source.file.model(options.weights))
    if bench.source is bench.torch:
        return {p.path: p.torch.detach().cpu().clone() for p in match.pairs}
    held = {p.path: p.to_torch(np.array(p.keras.numpy())).copy() for p in match.pairs}
    return held | {p.path: np.zeros_like(held[p.path]) for p in match.pairs if p.mapping.added}


def _values(bench: Bench, match: Match, arrays: Sequence[Array | None], seed: int) -> Mapping[str, Any]:
    """Random weights, with running statistics that fit them where the PyTorch side can train on these inputs."""
    module, _ = bench.by_framework(match.source, match.target)
    if not bench.torch.is_model(module):
        return randomise.weights(match.pairs, seed)
    orders, _ = bench.by_framework((), match.input_orders)
    return random_values(
        module, match.pairs, partial(bench.torch.run, module, Call(arrays, orders, training=True)), seed
    )


def random_values(module: Any, pairs: Sequence[Pair], train: Callable[[], Any], seed: int) -> Mapping[str, Any]:
    """By path. Both models have been given some of them. ``train`` runs the PyTorch module once in training mode."""
    values = randomise.weights(pairs, seed)
    give_weights(pairs, values)
    try:
        return calibrated(module, train, pairs, values, seed)
    except UserError:
        return values


def pair_after_run(bench: Bench, source: Any, target: Any, call: Call, rules: RuleSet) -> Pairing:
    """Run both sides, so that they have weights, and pair these."""
    module, layer = bench.by_framework(source, target)
    with recorded_calls(module) as calls:
        bench.source.run(source, replace(call, orders=()))
        bench.target.run(target, call)
    if not (bench.torch.is_model(module) and bench.keras.is_model(layer)):
        for side, model in ((bench.source, source), (bench.target, target)):
            if side.trainable(model):
                raise NotComparableError(f"the {side.file.side} has weights, the other side is a function without")
        return Pairing(())
    try:
        pairing = pair(module, layer, rules=rules, allow_unbuilt=True, calls=calls)
        if pairing.unbuilt:  # parts that only training uses; not every size can train
            orders = call.orders if bench.target is bench.keras else ()
            with suppress(UserError):
                bench.keras.run(layer, replace(call, orders=orders, training=True))
            pairing = pair(module, layer, rules=rules, allow_unbuilt=True, calls=calls)
    except WeightError as error:
        orders = call.orders if bench.target is bench.keras else ()
        try:
            pairing, notes = pair_by_calls(module, layer, bench.keras, replace(call, orders=orders), calls, rules)
        except WeightError:  # what the names tell is told
            raise NotComparableError(str(error)) from None
        if pairing.unbuilt:  # what one side never calls has no place in the order
            raise NotComparableError(str(error)) from None
        return replace(pairing, notes=tuple(notes))
    return pairing


def input_candidates(inputs: Inputs, options: Options) -> Iterator[tuple[Order, ...]]:
    """Orders of axes that the translation may take its inputs in, the likeliest first."""
    ranks = [len(i.dimensions) for i in inputs.inputs]
    if not any(any(letters) for letters in options.input_arrangements):
        yield from axes.input_candidates(ranks, options.to)
        return
    reported = [*options.input_arrangements, *[("", "")] * len(ranks)]
    try:
        yield tuple(axes.from_letters(*letters, rank) for letters, rank in zip(reported, ranks, strict=False))
    except ValueError as error:
        raise NotComparableError(str(error)) from None


def _output_orders(expected: Mapping[str, Array], actual: Mapping[str, Array], options: Options) -> dict[str, Order]:
    orders: dict[str, Order] = {}
    for index, (path, array) in enumerate(expected.items()):
        letters = options.output_arrangements[index] if index < len(options.output_arrangements) else ("", "")
        if all(letters):
            try:
                orders[path] = axes.from_letters(*letters, array.ndim)
            except ValueError as error:
                raise NotComparableError(f"{path}: {error}") from None
        else:
            orders[path] = _likelier(array, actual.get(path), options.to)
    return orders


def _likelier(expected: Array, actual: Array | None, to: str) -> Order:
    """Same order or the target's for images: what the shape says, and where it fits both, the numbers."""
    same, other = axes.same(expected.ndim), axes.other_layout(expected.ndim, to)
    if actual is None or same == other or actual.shape != expected.transpose(other).shape:
        return same
    if actual.shape != expected.shape or expected.dtype.kind not in "fiu":
        return other
    distance = [float(np.nansum(np.abs(expected.transpose(o) - actual))) for o in (same, other)]
    return other if distance[1] < distance[0] else same
