"""``--device`` and ``--backend``: on what both sides of a verification compute."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from translate.cli.errors import CommandError

if TYPE_CHECKING:
    from translate.cli.verifying import Asked, Pair
    from translate.verify.devices import Device

_ONLY_TENSORFLOW = ("tensorflow", "tf_keras")
_Function = TypeVar("_Function", bound=Callable[..., Any])

backend_option = click.option(
    "--backend",
    type=click.Choice(["tensorflow", "jax", "torch"]),
    default="tensorflow",
    show_default=True,
    help="What the Keras side runs on.",
)


def device_options(command: _Function) -> _Function:
    """The two options of a command that verifies."""
    device = click.option(
        "--device",
        type=click.Choice(["auto", "cpu", "cuda"]),
        default="cpu",
        show_default=True,
        help="Where both sides compute; auto: on a GPU if both can.",
    )
    return device(backend_option(command))


def usable(pair: Pair, asked: Asked) -> Device:
    """The device to compute on. Raises CommandError if that, or the backend, cannot be what was asked for."""
    text, name = (pair.translated_text, "the translation") if asked.to == "tf" else (pair.source.text, pair.source.name)
    check_backend(asked.backend, text, name)
    return usable_device(asked.device, asked.backend)


def usable_device(device: str, backend: str) -> Device:
    """What ``--device`` comes to. Raises CommandError if it cannot be used."""
    from translate.verify import DeviceError, chosen

    try:
        return chosen(device, backend)
    except DeviceError as error:
        raise CommandError(str(error)) from None


def check_backend(backend: str, text: str, name: str) -> None:
    """Raise CommandError if Keras code imports TensorFlow itself and is to run on something else."""
    from translate.weights.imports import imported

    lines = imported(text)
    for other in _ONLY_TENSORFLOW if backend != "tensorflow" else ():
        if other in lines:
            place = f"{name}:{lines[other]}"
            raise CommandError(
                f"{place}: imports {other}, so it runs on TensorFlow only; leave out --backend {backend}"
            )
