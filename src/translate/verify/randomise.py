"""Random weights that hide nothing and keep the scale of what flows through."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from translate.verify.load import UserError
from translate.verify.spec import Inputs
from translate.weights import Pair

Array = npt.NDArray[Any]
FloatArray = npt.NDArray[np.float64]
Values = Literal["zeros", "ones", "quarters", "random"]
"""Which numbers an input has. Quarters: random ones rounded to quarters, which are short to write."""
RANDOM: Values = "random"
PLAIN_VALUES: tuple[Values, ...] = ("zeros", "ones", "quarters")
"""The plainest first."""


def generator(seed: int, name: str) -> np.random.Generator:
    """A stream of random numbers of its own for each name, so that one more tensor does not change the others."""
    return np.random.default_rng([seed, stream(name)])


def stream(name: str) -> int:
    """The number of such a stream."""
    return zlib.crc32(name.encode())


def weights(pairs: Iterable[Pair], seed: int) -> dict[str, Any]:
    """New values by path, in PyTorch's form. Left out: integers, and buffers of the user's own classes (tables, masks),
    whose values mean something. All are numbers that float32 has, so that rounding to it is no difference."""
    values: dict[str, Any] = {}
    for pair in pairs:
        if pair.torch.dtype.is_floating_point and (pair.is_parameter or pair.by_rule):
            value = _value(pair, generator(seed, pair.path))
            values[pair.path] = value.astype(np.float32).astype(np.float64)
    return values


def _value(pair: Pair, random: np.random.Generator) -> FloatArray:
    shape, name = pair.shape, pair.path.rpartition(".")[2]
    if not pair.is_parameter:  # statistics: one kind is positive
        return random.uniform(0.5, 1.5, shape) if "var" in name else 0.1 * random.standard_normal(shape)
    if len(shape) >= 2:
        # Half of what a ReLU gets is lost; without the factor 2 deep networks forget their input.
        gain = math.sqrt(2.0) if len(shape) > 2 else 1.2
        fan_in = max(1, math.prod(shape) // max(1, shape[0]))
        return gain / math.sqrt(fan_in) * random.standard_normal(shape)
    if "bias" in name:
        return 0.1 * random.standard_normal(shape)
    # Scales about one half: with one, residual networks of 40 blocks magnify rounding a hundred million times.
    return random.uniform(0.25, 0.75, shape)


def arrays(inputs: Inputs, sizes: Mapping[str, int], seed: int, values: Values = RANDOM) -> list[Any]:
    """The numbers of all inputs at some sizes; None for one that is left out.

    Raises UserError if there are no such sizes, e.g. ``T-2`` where ``T`` is 1.
    """
    found: list[Any] = []
    for one, there in zip(inputs.inputs, inputs.present(sizes), strict=True):
        try:
            shape, bounds = one.shape(sizes), one.bounds(sizes)
        except ZeroDivisionError:
            raise UserError(f"a size of {one.name} is divided by 0", "ValueError") from None
        if min(shape, default=0) < 0 or (bounds is not None and bounds[0] > bounds[1]):
            raise UserError(f"no {one.dtype}{list(shape)} for {one.name}: nothing is that small", "ValueError")
        drawn = numbers(shape, one.dtype, bounds, seed, one.name) if there else None
        found.append(drawn if drawn is None else plainer(drawn, bounds, values))
    return found


def plainer(drawn: Array, bounds: tuple[float, float] | None, values: Values) -> Array:
    """Other numbers of the same shape and dtype, within the same bounds."""
    plain = drawn
    if values in ("zeros", "ones"):
        plain = np.full_like(drawn, values == "ones")
    elif values == "quarters" and drawn.dtype.kind == "f":
        plain = np.round(4 * drawn) / 4
    return plain if bounds is None or plain.dtype.kind == "b" else plain.clip(*bounds).astype(drawn.dtype)


def numbers(shape: tuple[int, ...], dtype: str, bounds: tuple[float, float] | None, seed: int, name: str) -> Any:
    """The numbers of one input, float ones as float64 that float32 has too. ``bounds`` are included."""
    random = generator(seed, f"input {name} {shape}")
    if "float" in dtype:
        drawn = random.standard_normal(shape) if bounds is None else random.uniform(*bounds, shape)
        return drawn.astype(np.float32).astype(np.float64)
    if dtype == "bool":
        return random.random(shape) < 0.5
    low, high = bounds or (0, 1)
    return random.integers(int(low), int(high), shape, endpoint=True).astype(dtype)


def cotangent(seed: int, path: str, shape: tuple[int, ...]) -> FloatArray:
    """What the gradient of an output is weighted with."""
    return generator(seed, f"cotangent {path}").standard_normal(shape)
