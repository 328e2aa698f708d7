"""Both sides, ready to be built and run; exceptions of the user's code come out as UserError."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any

from translate.verify import running
from translate.verify.axes import Order
from translate.verify.compare import Array
from translate.verify.erf import exact_erf
from translate.verify.exceptions import Watch
from translate.verify.kernels import float64_kernels
from translate.verify.load import UserFile
from translate.verify.masks import Draws
from translate.verify.precision import float64_throughout
from translate.verify.running import Cotangents, Run
from translate.weights import Pair


class Bench:
    """Sets the frameworks up (random draws, dtypes) from its start until ``close``."""

    def __init__(self, source: UserFile, target: UserFile, expression: str, seed: int) -> None:
        self._source, self._target, self._expression, self._seed = source, target, expression, seed
        self._draws, self.watch = Draws(seed), Watch()
        self._torch: Any = import_module("torch")
        self._default = self._torch.get_default_dtype()
        self._keras: Any = None
        self._running = ""
        """The dtype in which one of the models is being built or run."""
        self._stack = ExitStack()
        self._draws.patch_torch()

    def close(self) -> None:
        """Leave the frameworks as they were."""
        self._torch.set_default_dtype(self._default)
        self._stack.close()
        self.watch.close()
        self._draws.close()
        if self._keras is not None:
            self._precision("float32")

    def build_source(self, dtype: str, *, variant: int = 0) -> Any:
        """A new PyTorch model (or function), in evaluation mode. Another ``variant``: other random initial values."""
        self._torch.set_default_dtype(getattr(self._torch, dtype))
        self._torch.manual_seed(self._seed + variant)
        model = self._source.model(self._expression)
        return model.to(getattr(self._torch, dtype)).eval() if self.is_module(model) else model

    def build_target(self, dtype: str) -> Any:
        """A new Keras model (or function); it has no weights before it is run. Imports Keras the first time."""
        if self._keras is None:
            self._keras = import_module("keras")
            self._draws.patch_keras()
            self.watch.patch()
            self._stack.enter_context(exact_erf())
            self._stack.enter_context(float64_kernels())
            self._stack.enter_context(float64_throughout(lambda: self._running == "float64"))
        self._precision(dtype)
        self._keras.utils.set_random_seed(self._seed)
        with self._in(dtype):
            return self._target.model(self._expression)

    @contextmanager
    def _in(self, dtype: str) -> Generator[None]:
        self._running = dtype
        try:
            yield
        finally:
            self._running = ""

    def is_module(self, model: Any) -> bool:
        return isinstance(model, self._torch.nn.Module)

    def run_source(
        self,
        model: Any,
        arrays: Sequence[Array],
        dtype: str = "float64",
        *,
        training: bool = False,
        cotangents: Cotangents | None = None,
    ) -> Run:
        with self._draws.run(source=True), self._in(dtype):
            blamed = self._source.blamed
            return running.run_source(model, arrays, dtype, blamed, training=training, cotangents=cotangents)

    def run_target(
        self,
        model: Any,
        arrays: Sequence[Array],
        orders: Sequence[Order],
        dtype: str = "float64",
        *,
        training: bool = False,
        cotangents: Cotangents | None = None,
        output_orders: Mapping[str, Order] | None = None,
        pairs: Sequence[Pair] = (),
    ) -> Run:
        with self._draws.run(source=False), self._in(dtype):
            return running.run_target(
                model,
                arrays,
                orders,
                dtype,
                self._target.blamed,
                training=training,
                cotangents=cotangents,
                output_orders=output_orders,
                pairs=pairs,
            )

    def _precision(self, dtype: str) -> None:
        self._keras.config.set_floatx(dtype)
        self._keras.config.set_dtype_policy(dtype)
