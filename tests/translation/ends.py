"""Comparing both ends of a round trip: two programs of one framework, with the weights that went through the other."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from translate.rules import RuleSet, load
from translate.verify import Options, randomise, sizes
from translate.verify.axes import Order, inverse
from translate.verify.bench import Bench
from translate.verify.check import EXACT
from translate.verify.compare import compare, scale_of
from translate.verify.load import UserError, UserFile
from translate.verify.matching import NotComparableError, find_match, pair_after_run
from translate.verify.result import Comparison
from translate.verify.sides import Call, Run, Side
from translate.verify.spec import Inputs
from translate.weights import Pair
from translate.weights.transfer import into_keras, into_torch


@dataclass
class SecondStep:
    """The second and the third program, as a bench."""

    source: Side
    target: Side
    torch: Side
    keras: Side

    def by_framework(self, source: Any, target: Any) -> tuple[Any, Any]:
        return (source, target) if self.source is self.torch else (target, source)


class Ends:
    """Three programs, the second being a translation of the first, and the third of the second."""

    def __init__(self, files: Sequence[Path], models: Sequence[str], inputs: Sequence[str], to: Literal["tf", "torch"]):
        first, middle, last = files
        self.inputs, self.to = Inputs.parse(inputs), to
        self.orders: Sequence[Order] = ()
        self.outputs: dict[str, Order] = {}
        self.options = Options(to=to, translated_model=models[1])
        users = UserFile(first, "source", middle), UserFile(middle, "translation", first)
        self.bench = Bench(*users, models[0], self.inputs, self.options)
        self.back = copy.copy(self.bench.source)
        self.back.file, self.back.expression = UserFile(last, "translation", middle), models[2]

    def differences(self) -> list[Comparison]:
        """What is not the same. Raises what the programs raise."""
        try:
            return [c for c in self._compared() if not c.equal]
        finally:
            self.bench.close()

    def _compared(self) -> Iterator[Comparison]:
        bench, rules = self.bench, load()
        first = bench.source.build("float64")
        base = sizes.first(self.inputs, lambda at: bench.source.run(first, Call(self._arrays(at))) and None)
        arrays = self._arrays(base)
        match = find_match(bench, first, self.inputs, arrays, self.options, rules)
        yield from match.comparisons
        turned = [a.transpose(order) for a, order in zip(arrays, match.input_orders, strict=True)]
        last, pairs = self._last(match.target, turned, match.input_orders, rules)
        kept = any(
            order != tuple(range(len(order))) for order in self.orders
        )  # the third has axes as the second has them
        self.outputs = match.output_orders if kept else {}
        for pair in pairs:
            into_torch(pair) if self.to == "tf" else into_keras(pair)
        trained = [side.trainable(model) for side, model in ((bench.source, first), (self.back, last))]
        yield Comparison("trainable parameters", "", abs(trained[0] - trained[1]), trained[0], trained[0] == trained[1])
        for at in (base, {**base, self.inputs.batch: 3} if self.inputs.batch else base):
            yield from self._runs(at, first, last, match.pairs, pairs, training=False)
        yield from self._runs(at, first, last, match.pairs, pairs, training=True)

    def _last(self, middle: Any, arrays: Sequence[Any], orders: Sequence[Order], rules: RuleSet) -> tuple[Any, Any]:
        """The third program and its pairs with the second; its inputs are the first one's, or else the second's."""
        problem: UserError | NotComparableError | None = None
        for self.orders in [inverse(order) for order in orders], [tuple(range(len(order))) for order in orders]:
            model = self.back.build("float64")
            try:
                call = Call(arrays, self.orders)
                found = pair_after_run(self._second(), middle, model, call, rules)  # pyright: ignore[reportArgumentType]
            except (UserError, NotComparableError) as error:
                problem = problem or error
                continue
            # from the order of the first program's inputs
            self.orders = [tuple(o[i] for i in mine) for o, mine in zip(orders, self.orders, strict=True)]
            return model, found.pairs
        assert problem is not None
        raise problem

    def _second(self) -> SecondStep:
        torch, keras = self.bench.by_framework(self.back, self.bench.target)
        return SecondStep(self.bench.target, self.back, torch, keras)

    def _arrays(self, at: sizes.Sizes) -> list[Any]:
        return randomise.arrays(self.inputs, at, 0)

    def _runs(
        self, at: sizes.Sizes, first: Any, last: Any, before: Sequence[Pair], after: Sequence[Pair], *, training: bool
    ) -> Iterator[Comparison]:
        """The same inputs for both ends: outputs, gradients, and after training the buffers."""
        arrays, cotangents = self._arrays(at), partial(randomise.cotangent, 0)
        runs: list[Run] = []
        for side, model, pairs in ((self.bench.source, first, before), (self.back, last, after)):
            learnt = [p for p in pairs if p.is_parameter and p.torch.requires_grad and p.keras.trainable]
            orders = self.orders if side is self.back else ()
            outputs = self.outputs if side is self.back else {}
            call = Call(arrays, orders, training=training, cotangents=cotangents, output_orders=outputs, pairs=learnt)
            runs.append(side.run(model, call))
        one, other = runs
        prefix = "training " if training else ""
        for path in sorted({*one.outputs, *other.outputs}):
            if path not in one.outputs or path not in other.outputs:
                yield Comparison(prefix + path, "", 1.0, 0.0, False, "on one side only")
                continue
            order = self.outputs.get(path)
            came = other.outputs[path] if order is None else other.outputs[path].transpose(inverse(order))
            yield compare(prefix + path, one.outputs[path], came, EXACT)
        found = [(f"input {i}", g, other.input_gradients[i]) for i, g in one.input_gradients.items()]
        ours, theirs = self._by_middle(before, one), self._by_middle(after, other)
        found += [(f"weight {key}", g, theirs[key]) for key, g in ours.items() if key in theirs]
        floor = 1e-3 * max((scale_of(g) for _, g, _ in found), default=0.0)
        for name, expected, actual in found:
            yield compare(f"{prefix}gradient of {name}", expected, actual, EXACT, floor=floor)
        assert not ours or theirs
        for pair, again in self._buffers(before, after) if training else ():
            yield compare(f"buffer {pair.path}", *(self._value(p) for p in (pair, again)), EXACT)

    def _by_middle(self, pairs: Sequence[Pair], run: Run) -> dict[Any, Any]:
        """Gradients by what the program in the middle holds."""
        found = {self._middle(p): run.weight_gradients[p.path] for p in pairs if p.path in run.weight_gradients}
        return dict(found)

    def _middle(self, pair: Pair) -> Any:
        return id(pair.keras) if self.to == "tf" else pair.path

    def _buffers(self, before: Sequence[Pair], after: Sequence[Pair]) -> Iterator[tuple[Pair, Pair]]:
        known = {self._middle(p): p for p in after}
        for pair in before:
            if not pair.is_parameter and pair.torch.dtype.is_floating_point and self._middle(pair) in known:
                yield pair, known[self._middle(pair)]

    def _value(self, pair: Pair) -> Any:
        if self.to == "tf":
            return pair.torch.detach().numpy()
        return pair.to_torch(pair.keras.numpy())
