"""Checkpoints of Keras 3: ``.weights.h5``, ``.keras`` (of which only the weights are read) and legacy ``.h5``."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from translate.weights.checkpoints.difference import MismatchError, Shape, compared
from translate.weights.checkpoints.formats import ARCHIVE, CheckpointError

_MEMBER = "model.weights.h5"
"""In an archive."""
_LEGACY = ("layer_names", "model_weights")
_OF_TRAINING = "optimizer/"
"""Where Keras keeps what is no weight of the model itself."""


def load(model: Any, path: Path) -> tuple[str, ...]:
    """Set the weights of a built model to those in a file; gives notes.

    Raises CheckpointError if the file cannot be read, MismatchError if it is for another model.
    """
    if is_legacy(path):
        _load_legacy(model, path)
        return ()
    shapes = _shapes(path)
    weights = {id(w) for w in model.weights}
    expected = {name: _named(v) for name, v in layout(model).items() if id(v) in weights}
    of_training = {name for name in shapes if name not in expected and name.startswith(_OF_TRAINING)}
    differences = compared({n: shape for n, shape in shapes.items() if n not in of_training}, expected)
    if differences:
        raise MismatchError(differences)
    model.built = True  # where its layers were built one by one
    try:
        _saving().load_weights_only(model, path)
    except Exception as error:  # a layer may read its weights in a way of its own
        raise CheckpointError(f"{path.name}: Keras cannot load it ({_in_one_line(error)})") from None
    return ("the state of the optimizer in it was left out",) if of_training else ()


def write(model: Any, path: Path) -> None:
    """Save a built model: its weights, or for ``.keras`` also how it is made. Raises CheckpointError."""
    model.built = True
    try:
        if path.name.endswith(ARCHIVE):
            model.save(path)
        else:
            _saving().save_weights_only(model, path)
    except Exception as error:  # the model's own get_config runs here
        raise CheckpointError(f"{path.name}: Keras cannot save the model ({_in_one_line(error)})") from None


def layout(model: Any) -> dict[str, Any]:
    """The variables of a built model, by their place in the file that Keras would write.

    Only Keras itself knows these places, so it is asked to save the model, into a store that notes what it is given.
    """
    store = _store_class()()
    _saving()._save_state(model, weights_store=store, assets_store=None, inner_path="", visited_saveables=set())
    return store.found


def check(path: Path) -> None:
    """Raise CheckpointError if a file cannot be read."""
    _shapes(path)


def is_legacy(path: Path) -> bool:
    """Whether Keras 2 wrote a file. Raises CheckpointError if it is no HDF5 file."""
    with _opened(path) as file:
        return any(name in file.attrs or name in file for name in _LEGACY)


def _load_legacy(model: Any, path: Path) -> None:
    """By the order of layers, as Keras does it."""
    model.built = True
    with tempfile.TemporaryDirectory() as folder:
        same = Path(folder) / "legacy.h5"  # .weights.h5 is another kind for Keras 3
        try:
            same.symlink_to(path.resolve())
        except OSError:  # not everywhere allowed
            shutil.copyfile(path, same)
        try:
            model.load_weights(str(same))
        except Exception as error:
            raise CheckpointError(f"{path.name}: Keras cannot load it ({_in_one_line(error)})") from None


@contextmanager
def _opened(path: Path) -> Generator[Any]:
    """The HDF5 file, or the one in the archive."""
    h5py: Any = import_module("h5py")
    try:
        if not path.name.endswith(ARCHIVE):
            with h5py.File(path, "r") as file:
                yield file
            return
        with zipfile.ZipFile(path) as archive, archive.open(_MEMBER) as member, h5py.File(member, "r") as file:
            yield file
    except (OSError, KeyError, RuntimeError, zipfile.BadZipFile) as error:
        kind = "a Keras archive with weights" if path.name.endswith(ARCHIVE) else "a readable HDF5 file"
        text = f"{path.name}: is not {kind}, or it is cut off ({_in_one_line(error)[:160]})"
        raise CheckpointError(text) from None


def read(path: Path) -> dict[str, Any]:
    """The arrays in a file that Keras 3 wrote, by their place in it. Raises CheckpointError."""
    return _each(path, lambda data: data[()])


def _shapes(path: Path) -> dict[str, Shape]:
    return _each(path, lambda data: tuple(data.shape))


def _each(path: Path, of: Callable[[Any], Any]) -> dict[str, Any]:
    """Something of each data set. Links to other files are not followed."""
    h5py: Any = import_module("h5py")
    found: dict[str, Any] = {}

    def note(name: str, thing: Any) -> None:
        if isinstance(thing, h5py.Dataset):
            found[name] = of(thing)

    with _opened(path) as file:
        file.visititems(note)
    return found


def _named(variable: Any) -> tuple[str, Shape]:
    """What a variable is called in the model, and its shape."""
    return getattr(variable, "path", ""), tuple(variable.shape)


def _saving() -> Any:
    return import_module("keras.src.saving.saving_lib")


def _store_class() -> type[Any]:
    base: Any = _saving().H5IOStore  # Keras looks at the class

    class Places(base):
        def __init__(self) -> None:
            self.found: dict[str, Any] = {}
            self._place = ""

        def __bool__(self) -> bool:
            return True

        def make(self, path: str, metadata: Any = None) -> Any:
            self._place = f"{path}/vars" if path else "vars"
            return self

        def __setitem__(self, key: str, value: Any) -> None:
            self.found[f"{self._place}/{key}"] = value

        def __getitem__(self, key: str) -> Any:
            return self.found[f"{self._place}/{key}"]

        def __contains__(self, key: object) -> bool:
            return f"{self._place}/{key}" in self.found

    return Places


def _in_one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
