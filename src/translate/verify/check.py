"""Comparing two models: which runs are made, and what is compared of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from translate.rules import load
from translate.verify import buffers, randomise, reproduction, sizes, small_gradients, vanishing
from translate.verify.bench import Bench
from translate.verify.compare import Array, Tolerance, compare, scale_of
from translate.verify.divergence.find import Parting, find, layers
from translate.verify.load import UserError, UserFile
from translate.verify.matching import Match, NotComparableError, find_match, give_weights, pair_after_run
from translate.verify.result import Comparison, Divergence, Layer, Options, Verification
from translate.verify.rounding import forgiven, nudged
from translate.verify.shrinking import Smallest, alike, smallest
from translate.verify.sides import Call, Cotangents, Run
from translate.verify.sizes import Search, Sizes
from translate.verify.spec import Inputs
from translate.verify.tally import Tally
from translate.weights import Pair

EXACT = Tolerance(1e-7, 1e-9)
# A gradient that is much smaller than the others is a sum of terms of their size: measured by itself it is rounding.
_GRADIENT_FLOOR = 1e-3
_FLOAT32_FLOOR = 32 * float(np.finfo(np.float32).eps)
# The first run has a batch of two. One, and a number that is neither, are where a fixed batch size shows.
_OTHER_BATCHES = (3, 1)
_NAMED = 4
"""As many names are told in a note; of more, their number."""
_FLOAT32_FACTOR = 10.0
_FLOAT32_USELESS = 1e-2
_SHRINKING_SECONDS, _SHRINKING_SHARE = 30.0, 0.1
"""The time for finding smaller inputs, and how much of all time it is at most."""
TRAINING, SECOND = "training ", "second call "
"""What the names of comparisons begin with, other than those of the first calls in evaluation mode."""


@dataclass
class Checker:
    """One verification on its way."""

    bench: Bench
    inputs: Inputs
    options: Options
    progress: Callable[[str], None]
    tally: Tally = field(default_factory=Tally)
    values: randomise.Values = randomise.RANDOM
    """Which numbers the inputs have."""

    def run(self) -> Verification:
        """Do everything. Raises UserError where the user's code does, NotComparableError where nothing can be said."""
        started = time.monotonic()
        base = self._prepared(None)
        self._everything(base)
        divergence, told = None, None
        if not self.tally.equal:
            divergence = self._smaller(self._divergence(base))
            told = self._reproduction(base)
        by_layer = tuple(self._layers(base)) if self.options.layers else ()
        return replace(self._verification(time.monotonic() - started, divergence, told), layers=by_layer)

    def again(self, told: Mapping[str, Any]) -> Comparison | None:
        """One difference once more, as ``reproduction.described`` tells it; None if it is gone. Raises as ``run``."""
        base, name = self._prepared(dict(told["first"])), str(told["name"])
        prefix = _depends_on_inputs(name)
        if prefix is None or told["dtype"] != "float64":
            self._everything(base)
            return reproduction.first_that(self.tally.found, name, told["dtype"])
        self.values = told["values"]
        return reproduction.first_that(self._anew(dict(told["sizes"]), prefix) or (), name, "float64")

    def _prepared(self, first: Sizes | None) -> Sizes:
        """Both sides built, with the same weights, which are made for the ``first`` sizes; gives these."""
        self.rules = load([Path(folder) for folder in self.options.rules])
        self.progress("building the source")
        self.source = self.bench.source.build("float64")
        self.progress("running the source")
        base = sizes.first(self.inputs, self._accept) if first is None else first
        self._first = base
        self.progress("building and running the translation")
        arrays = self._arrays(base)
        self.match = find_match(self.bench, self.source, self.inputs, arrays, self.options, self.rules)
        self._first_weights = self.match.values
        if self.bench.source.is_model(self.source):
            self._weights(base)
        if self.options.gradients and not self.options.weights:
            self._keep_gradients(base)
        return base

    def _everything(self, base: Sizes) -> None:
        self.progress("comparing")
        self._sizes(base)
        if self.options.training and self.tally.equal:
            self._training(base)
        if self.tally.equal:
            self._float32(base)

    def _arrays(self, at: Mapping[str, int], *, again: bool = False) -> list[Array | None]:
        """The inputs at some sizes; ``again``: other numbers of the same sizes."""
        return randomise.arrays(self.inputs, at, self.options.seed + again, self.values)

    def _accept(self, at: Sizes) -> None:
        self.bench.source.run(self.source, Call(self._arrays(at)))

    def _weights(self, base: Sizes) -> None:
        self.tally.add(buffers.initial_values(self.match.before, self._built_again(base)), base)
        self.tally.add([_trainable(self.bench, self.match)], base)
        self.tally.notes += self.match.pairing.notes
        if self.match.pairing.unbuilt:
            side, _ = self.bench.by_role("translation", "source")
            first, *others = self.match.pairing.unbuilt
            paths = f"{first} and {len(others)} more" if len(others) > _NAMED else ", ".join((first, *others))
            self.tally.notes.append(f"not used by the {side}, so they have no weights there: {paths}")

    def _keep_gradients(self, base: Sizes) -> None:
        """Smaller weights as long as nothing is left of the gradients."""
        with suppress(UserError):  # told where they are compared
            for _ in range(vanishing.TRIALS):
                if not vanishing.vanished(self._run_source(self._arrays(base))):
                    return
                self.match.values = vanishing.smaller(self.match.values)
                give_weights(self.match.pairs, self.match.values)
            self.tally.notes.append("all gradients nearly vanish, also with smaller weights: they prove little here")

    def _built_again(self, base: Sizes) -> Callable[[Pair], Array]:
        """The values of buffers in a source that is built with other random numbers, when they are asked for."""

        @cache
        def again() -> Any:
            built = self.bench.source.build("float64", variant=1)
            self.bench.source.run(built, Call(self._arrays(base)))
            return built

        return lambda pair: self.bench.source.fresh(self.source, again(), pair)

    def _sizes(self, base: Sizes) -> None:
        """Evaluation mode at the first sizes, with other batches, then at drawn sizes."""
        batch = self.inputs.batch
        others = [{**base, batch: n} for n in _OTHER_BATCHES] if batch and batch not in self.inputs.ranges else []
        for at in [base, *others, *self.inputs.with_and_without(base)]:
            comparisons = self._compare_if_accepted(at)
            if comparisons is None:
                self.tally.notes += self.inputs.needed(at)
            elif self.tally.equal:
                self.tally.sizes.append(at)
                self.tally.add(comparisons, at)
        if self.tally.equal:
            self._second_call(base)
        if self.tally.equal:
            self._drawn_sizes(base)

    def _second_call(self, base: Sizes) -> None:
        """Other numbers of the same sizes: what an earlier call has left behind shows in a later one."""
        arrays = self._arrays(base, again=True)
        with suppress(UserError):  # the source may refuse some numbers
            expected = self.bench.source.run(self.source, Call(arrays))
            self.tally.add(self._compare(base, expected, SECOND), base)

    def _drawn_sizes(self, base: Sizes) -> None:
        drawn: list[tuple[Sizes, list[Comparison]]] = []
        rejected: list[Sizes] = []

        def check(at: Sizes) -> bool | None:
            comparisons = self._compare_if_accepted(at)
            if comparisons is None:
                rejected.append(at)
                return None
            drawn.append((at, comparisons))
            return all(c.equal for c in comparisons)

        search = Search(self.inputs, base, check, self.options.seed)
        search.run(self.options.examples)
        for at, comparisons in drawn:
            self.tally.sizes.append(at)
            if search.failing in (None, at):
                self.tally.add(comparisons, at)
        if rejected and not drawn:
            self.tally.notes.append("the source takes none of the drawn sizes: only the first ones were compared")

    def _compare_if_accepted(self, at: Sizes) -> list[Comparison] | None:
        """What was compared, or None if the source does not take these sizes."""
        try:
            expected = self._run_source(self._arrays(at))
        except UserError:
            return None
        return self._compare(at, expected)

    def _run_source(self, arrays: Sequence[Array | None], *, training: bool = False) -> Run:
        return self.bench.source.run(self.source, self._calls(arrays, training)[0])

    def _calls(self, arrays: Sequence[Array | None], training: bool) -> tuple[Call, Call]:
        """Of the source and of the translation."""
        call = Call(arrays, training=training, cotangents=self._cotangents(), pairs=self._parameters())
        orders = self.match.input_orders, self.match.output_orders
        return call, replace(call, orders=orders[0], output_orders=orders[1])

    def _parameters(self) -> list[Pair]:
        return [p for p in self.match.pairs if p.is_parameter and p.torch.requires_grad and p.keras.trainable]

    def _cotangents(self) -> Cotangents | None:
        return partial(randomise.cotangent, self.options.seed) if self.options.gradients else None

    def _compare(self, at: Sizes, expected: Run, prefix: str = "") -> list[Comparison]:
        """The translation at the same sizes, beside what the source gave."""
        arrays, match = self._arrays(at, again=prefix == SECOND), self.match
        gradients = self.options.gradients and prefix != SECOND
        parameters = self._parameters()
        actual = self.bench.target.run(match.target, self._calls(arrays, prefix == TRAINING)[1])
        tolerance = self.bench.watch.widen(EXACT)
        found = match.compare_outputs(expected.outputs, actual.outputs, tolerance, prefix=prefix)
        if not all(c.equal for c in found):
            found = self._without_rounding(found, arrays, expected, prefix)
        if not gradients or not all(c.equal for c in found):
            return found
        together = [
            (f"input {self.inputs.inputs[i].name}", g, actual.input_gradients[i])
            for i, g in expected.input_gradients.items()
        ]
        both = expected.weight_gradients, actual.weight_gradients  # one that has two names is derived by under one
        together += [(p.path, both[0][p.path], both[1][p.path]) for p in parameters if all(p.path in g for g in both)]
        # What one side does not use must not matter on the other either.
        by_torch, _ = self.bench.by_framework(expected.weight_gradients, actual.weight_gradients)
        unused = {n: (g, np.zeros_like(g)) for n, g in by_torch.items() if n in match.pairing.unbuilt}
        together += [(name, *self.bench.by_role(*found)) for name, found in unused.items()]
        floor = _GRADIENT_FLOOR * max((scale_of(e) for _, e, _ in together), default=0.0)
        floor = max(floor, vanishing.least(expected.outputs.values()))
        together = [(f"{prefix}gradient of {n}", e, a) for n, e, a in together]
        found += [compare(n, e, a, tolerance, floor=floor) for n, e, a in together]
        if not all(c.equal for c in found):
            return self._without_rounding(found, arrays, expected, prefix)
        if prefix or (at != self._first and self.tally.equal):  # once is enough to see that they differ
            return found
        small = small_gradients.doubtful(together, tolerance)
        again = self._named(self._nudged(arrays, prefix), prefix) if small else {}
        wrong = small_gradients.differing(small, again, tolerance)
        return [wrong.get(c.name, c) for c in found]

    def _without_rounding(
        self, found: list[Comparison], arrays: Sequence[Array | None], expected: Run, prefix: str
    ) -> list[Comparison]:
        """What is no more than rounding is forgiven; both sides stay as they are."""
        again = self._nudged(arrays, prefix)
        return forgiven(found, self._named(expected, prefix), self._named(again, prefix))

    def _nudged(self, arrays: Sequence[Array | None], prefix: str) -> Run:
        """The source once more, with inputs and parameters changed in their last bits."""
        values = {
            p.path: np.asarray(self.match.values[p.path]) for p in self._parameters() if p.path in self.match.values
        }
        changed = dict(zip(values, nudged(list(values.values())), strict=True))
        with self.bench.source.restored(self.source), self.bench.target.restored(self.match.target):
            give_weights(self.match.pairs, changed)
            return self._run_source(nudged(arrays), training=prefix == TRAINING)

    def _named(self, run: Run, prefix: str) -> dict[str, Array]:
        """What a run of the source gave, by the names of comparisons."""
        named = {prefix + path: array for path, array in run.outputs.items()}
        for index, gradient in run.input_gradients.items():
            named[f"{prefix}gradient of input {self.inputs.inputs[index].name}"] = gradient
        return named | {f"{prefix}gradient of {path}": g for path, g in run.weight_gradients.items()}

    def _training(self, base: Sizes) -> None:
        """One step in training mode, then the buffers that it changed."""
        self.progress("comparing in training mode")
        at = self._for_training(base)
        if at is None:
            self.tally.notes.append("not compared in training mode: the source raises there")
            return
        buffers.forget_variances(self.match.pairs)
        expected = self._run_source(self._arrays(at), training=True)
        self.tally.add(self._compare(at, expected, TRAINING), at)
        if self.tally.equal:
            comparisons, notes = buffers.compare_buffers(self.match.pairs, self.bench.watch.widen(EXACT), self.bench)
            self.tally.add(comparisons, at)
            self.tally.notes += notes

    def _for_training(self, base: Sizes) -> Sizes | None:
        """The last sizes, with a batch of 3 or 2; the source may refuse some, or training altogether."""
        batch = self.inputs.batch
        for at in (*reversed(self.tally.sizes), base):
            for trial in [{**at, batch: n} for n in (3, 2)] if batch else [at]:
                try:
                    with self.bench.source.restored(self.source):
                        self.bench.source.run(self.source, Call(self._arrays(trial), training=True))
                except UserError:
                    continue
                return trial
        return None

    def _float32(self, base: Sizes) -> None:
        """Outputs in float32: the translation may err ten times as much as the source does."""
        self.progress("comparing in float32")
        arrays, match = self._arrays(base), self.match
        give_weights(match.pairs, match.values)  # training changed the buffers
        exact = self.bench.source.run(self.source, Call(arrays)).outputs
        source, target = self.bench.source.build("float32"), self.bench.target.build("float32")
        call = Call(arrays, match.input_orders, "float32")
        pairing = pair_after_run(self.bench, source, target, call, self.rules)
        # also what the constructor drew at random and put into a buffer
        give_weights(pairing.pairs, {p.path: p.torch.detach() for p in match.pairs})
        rounded = self.bench.source.run(source, Call(arrays, dtype="float32")).outputs
        actual = self.bench.target.run(target, call).outputs
        for path, expected in exact.items():
            own = compare(path, expected, rounded[path].astype(expected.dtype), EXACT)
            if own.relative > _FLOAT32_USELESS:
                self.tally.notes.append(f"{path}: in float32 the source itself errs by {own.relative:.1e}")
            allowed = _FLOAT32_FACTOR * min(own.relative, 1.0) + _FLOAT32_FLOOR
            limit = self.bench.watch.widen(Tolerance(0.0, allowed))
            got = match.in_source_order(path, actual[path])
            got = got.astype(expected.dtype) if got.dtype.kind == expected.dtype.kind else got
            self.tally.add([compare(path, expected, got, limit, dtype="float32")], base)

    def _divergence(self, base: Sizes) -> Divergence | None:
        """Where the two part. What happens on the way changes nothing about the verdict."""
        self.progress("looking for where they part")
        wrong = [c for c in self.tally.found if not c.equal]
        name = wrong[0].name
        arrays = self._arrays(self.tally.failing_sizes or base, again=name.startswith(SECOND))
        calls = self._calls(arrays, name.startswith(TRAINING))
        try:
            return find(Parting(self.bench, self.match, calls, wrong, self.rules))
        except Exception as error:  # models that differ may do anything, also when they are asked for gradients
            self.tally.notes.append(f"where they part was not found: {type(error).__name__} on the way")
            return None

    def _layers(self, base: Sizes) -> list[Layer]:
        """The error of each layer on the inputs that differ, or the first ones."""
        self.progress("comparing layer by layer")
        wrong = next((c.name for c in self.tally.found if not c.equal), "")
        arrays = self._arrays(self.tally.failing_sizes or base, again=wrong.startswith(SECOND))
        try:
            return layers(self.bench, self.match, self._calls(arrays, wrong.startswith(TRAINING)))
        except Exception as error:  # as where they part is looked for
            self.tally.notes.append(f"layers were not compared: {type(error).__name__} on the way")
            return []

    def _smaller(self, divergence: Divergence | None) -> Divergence | None:
        """Inputs as small and plain as differ in the same way; where the two part on these, if it is the same place."""
        first, at = next(c for c in self.tally.found if not c.equal), self.tally.failing_sizes
        prefix = _depends_on_inputs(first.name)
        if at is None or first.dtype != "float64" or prefix is None:
            return divergence
        self.progress("looking for smaller inputs that differ")
        seen: dict[tuple[object, ...], list[Comparison]] = {}

        def differs(inputs: Smallest) -> bool | None:
            self.values = inputs.values
            wrong = self._anew(inputs.sizes, prefix)
            if wrong:
                seen[inputs.key] = wrong
            return None if wrong is None else bool(wrong) and alike(first, wrong[0])

        seconds = min(_SHRINKING_SECONDS, _SHRINKING_SHARE * self.options.time_limit)
        found = smallest(self.inputs, at, differs, self.options.seed, seconds)
        self.values = found.values
        if found.key in seen:
            self.tally.made_smaller(seen[found.key], found.sizes, found.values)
            give_weights(self.match.pairs, self.match.values)
            there = self._divergence(at)
            if there is not None and (divergence is None or there.is_where(divergence)):
                return there
        return divergence

    def _reproduction(self, base: Sizes) -> dict[str, Any]:
        """What a script needs that shows the first difference."""
        first = next(iter(self.tally.smallest), None) or next(c for c in self.tally.found if not c.equal)
        at = self.tally.failing_sizes or base
        told = reproduction.described(first, base, at, self.values)
        if self.match.values is self._first_weights:  # made smaller, they are not what a script would draw
            told["plain"] = reproduction.plain(self.bench, self.match, self.inputs, self.options, told)
        return told

    def _anew(self, at: Sizes, prefix: str) -> list[Comparison] | None:
        """What differs at some sizes, as if it were the first run; None where one side does not take them."""
        source, target = self.bench.source, self.bench.target
        give_weights(self.match.pairs, self.match.values)
        with suppress(UserError), source.restored(self.source), target.restored(self.match.target):
            expected = self._run_source(self._arrays(at), training=prefix == TRAINING)
            return [c for c in self._compare(at, expected, prefix) if not c.equal]
        return None

    def _verification(self, seconds: float, divergence: Divergence | None, told: dict[str, Any] | None) -> Verification:
        tally = self.tally
        return Verification(
            "equal" if tally.equal else "different",
            tally.message(self.options.seed),
            seed=self.options.seed,
            examples=len(tally.sizes),
            sizes=tuple(tally.sizes),
            failing_sizes=tally.failing_sizes,
            failing_values=tally.failing_values,
            comparisons=tuple(tally.worst()),
            divergence=divergence,
            reproduction=told,
            parameters=self.bench.source.trainable(self.source),
            arrangements=self.match.in_words(self.inputs),
            notes=tuple(dict.fromkeys([*tally.notes, *self.bench.watch.reasons()])),
            seconds=seconds,
            passes=self.bench.setting.passes,
        )


def _depends_on_inputs(name: str) -> str | None:
    """What the name of a comparison begins with, if inputs of any sizes show what it is about; else None.

    Not about weights, nor about a second call, whatever came before it.
    """
    prefix = TRAINING if name.startswith(TRAINING) else ""
    return prefix if name.startswith((f"{prefix}output", f"{prefix}gradient")) else None


def _trainable(bench: Bench, match: Match) -> Comparison:
    """Whether both sides train the same parameters, and as many numbers."""
    wrong = [p.path for p in match.pairs if p.is_parameter and p.torch.requires_grad != bool(p.keras.trainable)]
    module, layer = bench.by_framework(match.source, match.target)
    unbuilt = dict(module.named_parameters())
    in_torch = bench.torch.trainable(module)
    in_torch -= bench.torch.trainable_among([unbuilt[n] for n in match.pairing.unbuilt if n in unbuilt])
    in_torch -= sum(p.torch.numel() for p in match.pairs if p.mapping.added and p.torch.requires_grad)  # one in Keras
    expected, actual = bench.by_role(in_torch, bench.keras.trainable(layer))
    detail = f"trained on one side only: {', '.join(wrong)}" if wrong else ""
    if not detail and expected != actual:
        detail = f"{expected} in the source, {actual} in the translation"
    return Comparison(
        "trainable parameters", "float64", float(abs(expected - actual)), float(expected), not detail, detail
    )


def checker(
    source: Path,
    translated: Path,
    model: str,
    inputs: Sequence[str],
    options: Options | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Checker:
    """Sets the frameworks up, until its ``bench`` is closed. Raises SpecError if ``inputs`` cannot be read."""
    options = options or Options()
    parsed = Inputs.parse(inputs)
    files = UserFile(source, "source", translated), UserFile(translated, "translation", source)
    return Checker(Bench(*files, model, parsed, options), parsed, options, progress)


def compare_models(
    source: Path,
    translated: Path,
    model: str,
    inputs: Sequence[str],
    options: Options | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Verification:
    """Verify in this process: no limits, and a crash of the models is a crash of the caller.

    Raises SpecError if ``inputs`` cannot be read. Everything else is told in the result.
    """
    started = time.monotonic()
    one = checker(source, translated, model, inputs, options, progress)
    try:
        return one.run()
    except (UserError, NotComparableError) as error:
        return Verification("failed", str(error), seed=one.options.seed, seconds=time.monotonic() - started)
    finally:
        one.bench.close()
