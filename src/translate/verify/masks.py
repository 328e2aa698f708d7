"""Random draws inside of a model: the same on both sides.

Dropout keeps an element by a hash of its own value, so that the mask depends neither on the arrangement of axes nor on
the order of calls. Other draws are repeated: the k-th of the translation gets the numbers of the k-th of the source.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from functools import wraps
from importlib import import_module
from typing import Any
from unittest import mock

import numpy as np

from translate.verify import recurrent_draws
from translate.verify.backends.base import Backend, Patches

# |x| times the first plus the second, without its integer part, is spread evenly over 0..1 for ordinary values.
_FACTOR, _OFFSET = 123.456789, 0.70710678
_ALPHA_DROPPED = -1.6732632423543772 * 1.0507009873554805


class Draws:
    """Replaces the random functions of both frameworks, from ``patch_...`` until ``close``, inside of ``run`` only.

    The user's files have to be imported after patching: they may copy the functions into their own names.
    """

    def __init__(self, seed: int) -> None:
        self._seed, self._next, self._is_source, self.active = seed, 0, True, False
        self._shapes: list[tuple[int, ...]] = []
        self._stack = ExitStack()

    def patch_torch(self) -> None:
        self._patch(_torch_patches(self))

    def patch_keras(self, backend: Backend, generator: Any = None) -> None:
        """``generator``: the class that draws for the layers of Keras 2."""
        patches = _keras_patches(self, backend)
        self._patch([*patches, _of_generator(generator, patches)] if generator is not None else patches)

    def _patch(self, patches: list[Patches]) -> None:
        for owner, functions in patches:
            for name, function in functions.items():
                replaced = _while_running(self, getattr(owner, name), function)
                self._stack.enter_context(mock.patch.object(owner, name, replaced))

    def close(self) -> None:
        """Give the frameworks their own functions back."""
        self._stack.close()

    @contextmanager
    def run(self, *, source: bool) -> Generator[None]:
        """One call of a model. The source's comes first."""
        self._next, self._is_source, self.active = 0, source, True
        if source:
            self._shapes = []
        try:
            yield
        finally:
            self.active = False

    def draw(self, shape: tuple[int, ...], normal: bool) -> Any:
        """Numbers of the next draw: normal, or uniform from 0 to 1."""
        index, self._next = self._next, self._next + 1
        wanted = shape
        if self._is_source:
            self._shapes.append(shape)
        elif index < len(self._shapes):
            wanted = self._shapes[index]
        random = np.random.default_rng([self._seed, index])
        numbers = random.standard_normal(wanted) if normal else random.random(wanted)
        if wanted != shape and len(wanted) > 2:
            for axis, to in ((1, -1), (-1, 1)):
                moved = np.moveaxis(numbers, axis, to)
                if moved.shape == shape:
                    return moved
        return numbers if wanted == shape else np.resize(numbers, shape)


def _torch_patches(draws: Draws) -> list[Patches]:
    torch: Any = import_module("torch")

    def kept(x: Any, p: float) -> Any:
        return torch.frac(x.detach().abs() * _FACTOR + _OFFSET) >= p

    def channel(x: Any) -> Any:
        axes = tuple(range(2, x.dim()))
        return x.detach().mean(axes, keepdim=True) if axes else x.detach()

    def into(x: Any, result: Any, inplace: bool) -> Any:
        return x.copy_(result) if inplace else result

    def dropout(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False, train: bool = True) -> Any:
        if not (training and train) or p == 0:
            return input
        return into(input, input * 0 if p == 1 else input * kept(input, p) / (1 - p), inplace)

    def channels(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
        if not training or p == 0:
            return input
        return into(input, input * 0 if p == 1 else input * kept(channel(input), p) / (1 - p), inplace)

    def alpha(values: Callable[[Any], Any]) -> Callable[..., Any]:
        def call(input: Any, p: float = 0.5, training: bool = False, inplace: bool = False) -> Any:
            if not training or p == 0:
                return input
            a = ((1 - p) * (1 + p * _ALPHA_DROPPED**2)) ** -0.5
            result = a * torch.where(kept(values(input), p), input, _ALPHA_DROPPED) - a * _ALPHA_DROPPED * p
            return into(input, result, inplace)

        return call

    def numbers(shape: Any, like: Any, normal: bool) -> Any:
        drawn = draws.draw(tuple(int(s) for s in shape), normal).copy()
        return torch.as_tensor(drawn, dtype=like if like is not None else torch.get_default_dtype())

    def rand(normal: bool) -> Callable[..., Any]:
        def call(*size: Any, dtype: Any = None, requires_grad: bool = False, **_: Any) -> Any:
            shape = size[0] if len(size) == 1 and not isinstance(size[0], int) else size
            return numbers(shape, dtype, normal).requires_grad_(requires_grad)

        return call

    def like(normal: bool) -> Callable[..., Any]:
        def call(input: Any, *, dtype: Any = None, **_: Any) -> Any:
            return numbers(input.shape, dtype or input.dtype, normal)

        return call

    def bernoulli(input: Any, p: float | None = None, **_: Any) -> Any:
        return (numbers(input.shape, input.dtype, False) < (input if p is None else p)).to(input.dtype)

    def bernoulli_(self: Any, p: float = 0.5, **_: Any) -> Any:
        return self.copy_(bernoulli(self, p))

    dropouts = {
        "dropout": dropout,
        "dropout1d": channels,
        "dropout2d": channels,
        "dropout3d": channels,
        "alpha_dropout": alpha(lambda x: x),
        "feature_alpha_dropout": alpha(channel),
    }
    drawing = {
        "rand": rand(False),
        "randn": rand(True),
        "rand_like": like(False),
        "randn_like": like(True),
        "bernoulli": bernoulli,
    }
    return [
        (torch.nn.functional, dropouts),
        (torch, {**drawing, "dropout": dropout}),
        (torch.Tensor, {"bernoulli_": bernoulli_, "bernoulli": bernoulli}),
        recurrent_draws.operations(dropout),
    ]


def _keras_patches(draws: Draws, backend: Backend) -> list[Patches]:
    keras: Any = import_module("keras")
    random: Any = import_module("keras.src.backend").random
    ops = keras.ops

    def kept(x: Any, p: float) -> Any:
        spread = x * _FACTOR + _OFFSET
        return spread - ops.floor(spread) >= p

    def dropout(inputs: Any, rate: float, noise_shape: Any = None, seed: Any = None) -> Any:
        if rate == 0 or rate == 1:
            return inputs if rate == 0 else ops.zeros_like(inputs)
        if noise_shape and len(noise_shape) > 1 and all(size == 1 for size in noise_shape[1:]):  # whole examples
            drawn = draws.draw((noise_shape[0] or inputs.shape[0], *noise_shape[1:]), normal=False)
            return inputs * ops.convert_to_tensor((drawn < 1 - rate).astype(_name(inputs))) / (1 - rate)
        x = ops.abs(ops.stop_gradient(inputs))
        dropped = [i for i, size in enumerate(noise_shape or ()) if size == 1 and inputs.shape[i] != 1]
        if dropped:
            x = ops.abs(ops.mean(ops.stop_gradient(inputs), dropped, keepdims=True))
        return inputs * ops.cast(kept(x, rate), inputs.dtype) / (1 - rate)

    def tensor(shape: Any, normal: bool, dtype: Any) -> Any:
        drawn = draws.draw(tuple(int(s) for s in shape), normal)
        return ops.convert_to_tensor(drawn, dtype=dtype or keras.config.floatx())

    def uniform(shape: Any, minval: float = 0.0, maxval: float = 1.0, dtype: Any = None, seed: Any = None) -> Any:
        return minval + (maxval - minval) * tensor(shape, False, dtype)

    def normal(shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Any = None) -> Any:
        return mean + stddev * tensor(shape, True, dtype)

    def alpha_dropout(self: Any, inputs: Any, training: bool = False) -> Any:
        if not training or self.rate == 0:
            return inputs
        p = self.rate
        a = ((1 - p) * (1 + p * _ALPHA_DROPPED**2)) ** -0.5
        held = ops.cast(kept(ops.abs(ops.stop_gradient(inputs)), p), inputs.dtype)
        return a * (inputs * held + _ALPHA_DROPPED * (1 - held)) - a * _ALPHA_DROPPED * p

    return [
        (keras.layers.AlphaDropout, {"call": alpha_dropout}),
        (random, {"dropout": dropout, "uniform": uniform, "normal": normal}),
        *backend.random(dropout, uniform, normal),
    ]


def _name(tensor: Any) -> str:
    """Of the type of its elements, as NumPy has it."""
    return str(import_module("keras").backend.standardize_dtype(tensor.dtype))


def _of_generator(generator: Any, patches: list[Patches]) -> Patches:
    functions = next(found for _, found in patches if "dropout" in found)

    def dropout(self: Any, inputs: Any, rate: float, noise_shape: Any = None) -> Any:
        return functions["dropout"](inputs, rate, noise_shape)

    def normal(self: Any, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, nonce: Any = None) -> Any:
        return functions["normal"](shape, mean, stddev, dtype)

    def uniform(self: Any, shape: Any, minval: Any = 0.0, maxval: Any = 1.0, dtype: Any = None, *_: Any) -> Any:
        return functions["uniform"](shape, minval, maxval, dtype)

    return generator, {"dropout": dropout, "random_normal": normal, "random_uniform": uniform}


def _while_running(draws: Draws, original: Callable[..., Any], replacement: Callable[..., Any]) -> Callable[..., Any]:
    """Only calls from inside of a run are replaced: what constructors draw is random on both sides anyway."""

    @wraps(original)
    def call(*arguments: Any, **keywords: Any) -> Any:
        return (replacement if draws.active else original)(*arguments, **keywords)

    return call
