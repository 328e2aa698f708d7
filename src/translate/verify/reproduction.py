"""What a script has to do that shows a difference by itself, without the verifier; as plain data."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from translate.verify import axes, randomise
from translate.verify.axes import Order
from translate.verify.bench import Bench
from translate.verify.compare import Array
from translate.verify.matching import Match
from translate.verify.randomise import Values
from translate.verify.result import Comparison, Options
from translate.verify.sides import Side
from translate.verify.spec import Input, Inputs
from translate.weights import keras2

_WRITTEN_OUT = 32
"""So many numbers of an input are written into the script."""
_TAKEN = {"first", "keras", "model", "np", "os", "sys", "torch"}
"""Names that the script needs itself."""


class _Name:
    """Stands for a tensor where the arguments of a model are put together."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


def described(
    difference: Comparison, first: Mapping[str, int], sizes: Mapping[str, int], values: Values
) -> dict[str, Any]:
    """What any script needs: which difference, and on which inputs.

    ``first``: the sizes that the weights were made for.
    """
    return {
        "name": difference.name,
        "dtype": difference.dtype,
        "error": difference.error,
        "detail": difference.detail,
        "scale": difference.scale,
        "first": dict(first),
        "sizes": dict(sizes),
        "values": values,
        "plain": None,
    }


def plain(
    bench: Bench, match: Match, inputs: Inputs, options: Options, told: Mapping[str, Any]
) -> dict[str, Any] | None:
    """The same in words that need nothing of the verifier but the weights; None where there is more to it."""
    sides = (bench.source, match.source), (bench.target, match.target)
    module, _ = bench.by_framework(match.source, match.target)
    path = str(told["name"])
    special = options.weights or options.translated_weights or options.rules or keras2.is_wanted(bench.keras.file.path)
    if special or told["dtype"] != "float64" or not path.startswith("output"):
        return None
    if match.pairing.notes or match.pairing.unbuilt or len({side.is_model(model) for side, model in sides}) > 1:
        return None
    at = told["sizes"]
    there = [(i, one) for i, one in enumerate(inputs.inputs) if inputs.present(at)[i]]
    names = _variables([one for _, one in there])
    stand_ins: list[_Name | None] = [None] * len(inputs.inputs)
    for name, (index, _) in zip(names, there, strict=True):
        stand_ins[index] = _Name(name)
    arrays = randomise.arrays(inputs, at, options.seed, told["values"])
    has_weights = bench.torch.is_model(module)
    trained = has_weights and any(getattr(m, "running_mean", None) is not None for m in module.modules())
    output = match.output_orders.get(path, ())
    return {
        "inputs": [[n, _written(one, arrays[i], at, told["values"])] for n, (i, one) in zip(names, there, strict=True)],
        "weights": has_weights,
        "first": [_drawn(one, told["first"]) for _, one in there] if trained else [],
        "source": {"call": _call(bench.source, match.source, stand_ins, path), "orders": [], "output": []},
        "translation": {
            "call": _call(bench.target, match.target, stand_ins, path),
            "orders": [_turned(match.input_orders[i]) for i, _ in there],
            "output": _turned(axes.inverse(output)),
        },
    }


def _call(side: Side, model: Any, names: Sequence[_Name | None], path: str) -> str:
    given, named = side.arguments(model, names)
    written = [*map(repr, given), *(f"{name}={value!r}" for name, value in named.items())]
    return f"model({', '.join(written)}){path.removeprefix('output')}"


def _variables(inputs: Sequence[Input]) -> list[str]:
    """Names for the inputs in the script: their own, where they can be."""
    usable = all(i.name.isidentifier() and not keyword.iskeyword(i.name) and i.name not in _TAKEN for i in inputs)
    return [i.name for i in inputs] if usable else [f"x{number}" for number in range(len(inputs))]


def _turned(order: Order) -> list[int]:
    """Nothing for axes that stay as they are."""
    return [] if order == axes.same(len(order)) else list(order)


def _written(one: Input, array: Array, sizes: Mapping[str, int], values: Values) -> str:
    """An expression for the numbers of an input."""
    if array.size and bool(np.all(array == array.flat[0])):
        shape, dtype, number = tuple(array.shape), array.dtype.name, array.flat[0].item()
        if number in (0, 1) and dtype == "float64":
            return f"np.{'ones' if number else 'zeros'}({shape})"
        return f'np.full({shape}, {number!r}, "{dtype}")'
    if array.size <= _WRITTEN_OUT and (values == "quarters" or array.dtype.kind != "f"):
        return f'np.array({array.tolist()!r}, "{array.dtype.name}")'
    drawn = _drawn(one, sizes)
    return f"np.round(4 * {drawn}) / 4" if values == "quarters" and array.dtype.kind == "f" else drawn


def _drawn(one: Input, sizes: Mapping[str, int]) -> str:
    """How ``randomise.numbers`` draws them, in one expression. ``SEED`` is the seed there."""
    shape, bounds = one.shape(sizes), one.bounds(sizes)
    random = f"np.random.default_rng([SEED, {randomise.stream(f'input {one.name} {shape}')}])"
    if one.is_float:
        drawn = f"standard_normal({shape})" if bounds is None else f"uniform({bounds[0]!r}, {bounds[1]!r}, {shape})"
        return f"{random}.{drawn}.astype(np.float32).astype(np.float64)"
    if one.dtype == "bool":
        return f"({random}.random({shape}) < 0.5)"
    low, high = bounds or (0, 1)
    return f'{random}.integers({int(low)}, {int(high)}, {shape}, endpoint=True).astype("{one.dtype}")'


def first_that(wrong: Iterable[Comparison], name: str, dtype: str) -> Comparison | None:
    """The difference of a name, if it is there."""
    return next((c for c in wrong if not c.equal and (c.name, c.dtype) == (name, dtype)), None)
