"""Both sides, ready to be built and run, and what they share."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from translate.verify.devices import chosen
from translate.verify.exact_gpu import exact_gpu
from translate.verify.exceptions import Watch
from translate.verify.keras_side import KerasSide
from translate.verify.load import UserFile
from translate.verify.masks import Draws
from translate.verify.result import Options
from translate.verify.sides import Setting, Side
from translate.verify.spec import Inputs
from translate.verify.torch_side import TorchSide


class Bench:
    """The source and the translation; the frameworks are set up from its start until ``close``."""

    source: Side
    target: Side

    def __init__(self, source: UserFile, target: UserFile, expression: str, inputs: Inputs, options: Options) -> None:
        self.setting = Setting(
            inputs,
            options.seed,
            Draws(options.seed),
            Watch(),
            backend=options.backend,
            device=chosen(options.device, options.backend) if options.device == "auto" else options.device,
            weights_key=options.weights_key,
        )
        self._stack = ExitStack()
        if self.setting.device == "cuda":
            self._stack.enter_context(exact_gpu(options.backend, options.memory_limit))
        files = (source, expression), (target, options.translated_model or expression)
        torch_file, keras_file = files if options.to == "tf" else files[::-1]
        self.torch = TorchSide(*torch_file, self.setting)
        self.keras = KerasSide(*keras_file, self.setting)
        self.source, self.target = (self.torch, self.keras) if options.to == "tf" else (self.keras, self.torch)

    @property
    def watch(self) -> Watch:
        return self.setting.watch

    def by_framework(self, source: Any, target: Any) -> tuple[Any, Any]:
        """Of two things of the source and the translation first PyTorch's, then Keras'."""
        return (source, target) if self.source is self.torch else (target, source)

    def by_role(self, torch: Any, keras: Any) -> tuple[Any, Any]:
        """Of two things of PyTorch and Keras first the source's, then the translation's."""
        return (torch, keras) if self.source is self.torch else (keras, torch)

    def close(self) -> None:
        """Leave the frameworks as they were."""
        self.keras.close()
        self.torch.close()
        self.watch.close()
        self.setting.draws.close()
        self._stack.close()
