"""Files with weights: what is in them is found, or one line says why not; and nothing in them is executed."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
keras = pytest.importorskip("keras")

from torch import nn  # noqa: E402

from translate.weights.checkpoints import CheckpointError, MismatchError, keras_file, torch_file  # noqa: E402


class Tied(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(5, 3)
        self.out = nn.Linear(3, 5, bias=False)
        self.out.weight = self.embed.weight
        self.norm = nn.BatchNorm1d(3)


class Net(keras.Model):
    def __init__(self, width: int = 4) -> None:
        super().__init__()
        self.conv = keras.layers.Conv2D(width, 3)
        self.norm = keras.layers.BatchNormalization()
        self.drop = keras.layers.Dropout(0.5)
        self.blocks = [keras.layers.Dense(2), [keras.layers.Dense(3)]]
        self.scale = self.add_weight(shape=(width,), name="scale")

    def call(self, x: Any) -> Any:
        return self.blocks[1][0](self.blocks[0](self.drop(self.norm(self.conv(x)) * self.scale)))


def fit(module: nn.Module, path: Path, key: str = "") -> tuple[str, ...]:
    return torch_file.fit(module, path, torch_file.read(path), key).notes


def built(width: int = 4) -> Net:
    model = Net(width)
    model(np.zeros((1, 8, 8, 3), "float32"))
    for variable in model.weights:
        variable.assign(np.random.default_rng(1).normal(size=variable.shape))
    return model


@pytest.mark.parametrize(
    ("wrap", "says"),
    [
        (lambda state: state, ""),
        (lambda state: {"epoch": 3, "best": torch.tensor(0.5), "state_dict": state}, "'state_dict'"),
        (lambda state: {"run": {"net": state}, "optimizer": {"state": {0: {"step": torch.tensor(1)}}}}, "'run.net'"),
        (lambda state: {f"module.{name}": tensor for name, tensor in state.items()}, "'module.'"),
        (lambda state: {"model": {f"_orig_mod.module.{n}": t for n, t in state.items()}}, "'_orig_mod.module.'"),
    ],
)
def test_state_dicts_are_found(wrap: Callable[[Any], Any], says: str, tmp_path: Path) -> None:
    source, target = Tied(), Tied()
    torch.save(wrap(source.state_dict()), tmp_path / "net.pt")
    assert says in " ".join(fit(target, tmp_path / "net.pt"))
    assert all(torch.equal(t, target.state_dict()[n]) for n, t in source.state_dict().items())


def test_which_of_several_is_asked_not_guessed(tmp_path: Path) -> None:
    source, averaged, target = nn.Linear(2, 2), nn.Linear(2, 2), nn.Linear(2, 2)
    torch.save({"model": source.state_dict(), "ema": averaged.state_dict()}, tmp_path / "net.pt")
    with pytest.raises(CheckpointError, match="choose one: --key model or ema"):
        fit(target, tmp_path / "net.pt")
    fit(target, tmp_path / "net.pt", "ema")
    assert torch.equal(target.weight, averaged.weight)
    with pytest.raises(CheckpointError, match="no state dict 'emma'; it has 'model', 'ema'"):
        fit(target, tmp_path / "net.pt", "emma")


@pytest.mark.parametrize("name", ["net.pt", "net.safetensors"])
def test_tied_tensors_come_back(name: str, tmp_path: Path) -> None:
    source, target = Tied(), Tied()
    torch_file.write(source, tmp_path / name)
    state = torch_file.read(tmp_path / name)
    assert set(state) == set(source.state_dict())
    del state["out.weight"]  # as safetensors' own save_model does
    torch_file.fit(target, tmp_path / name, state)
    assert torch.equal(target.out.weight, source.embed.weight)


class Malicious:
    def __init__(self, witness: Path) -> None:
        self.witness = witness

    def __reduce__(self) -> Any:
        return os.system, (f"touch {self.witness}",)


def test_nothing_in_a_checkpoint_is_executed(tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    torch.save({"weight": Malicious(witness)}, tmp_path / "zip.pt")
    torch.save({"weight": Malicious(witness)}, tmp_path / "old.pt", _use_new_zipfile_serialization=False)
    (tmp_path / "plain.pt").write_bytes(pickle.dumps(Malicious(witness), 2))
    for name in ("zip.pt", "old.pt", "plain.pt"):
        with pytest.raises(CheckpointError, match=f"{name}: holds more than tensors.*model.state_dict"):
            torch_file.read(tmp_path / name)
    assert not witness.exists()
    torch.load(tmp_path / "zip.pt", weights_only=False)
    assert witness.exists()  # it would have


def test_files_of_another_kind(tmp_path: Path) -> None:
    module = nn.Linear(2, 2)
    torch.save(module, tmp_path / "whole.pt")
    torch.jit.script(module).save(tmp_path / "script.pt")
    torch.save({"epoch": 1}, tmp_path / "empty.pt")
    torch.save(module.state_dict(), tmp_path / "right.pt")
    (tmp_path / "cut.pt").write_bytes((tmp_path / "right.pt").read_bytes()[:700])
    for name in ("text.pt", "text.safetensors"):
        (tmp_path / name).write_text("hello " * 9)
    for name, says in {
        "whole.pt": "holds more than tensors .torch.nn.modules.linear.Linear",
        "script.pt": "TorchScript",
        "empty.pt": "no tensors by name",
        "cut.pt": "cut off or of another kind",
        "text.pt": "cut off or of another kind",
        "text.safetensors": "cut off or of another kind",
    }.items():
        with pytest.raises(CheckpointError, match=rf"^{name}: .*{says}") as caught:
            fit(module, tmp_path / name)
        assert "\n" not in str(caught.value)


def test_what_differs_is_listed(tmp_path: Path) -> None:
    torch.save({"weight": torch.zeros(3, 2), "bia": torch.zeros(2)}, tmp_path / "net.pt")
    with pytest.raises(MismatchError, match="1 missing, 1 left over, 1 of another shape") as caught:
        fit(nn.Linear(2, 2), tmp_path / "net.pt")
    found = {d.kind: (d.in_file, d.in_model, d.file_shape, d.model_shape) for d in caught.value.differences}
    assert found == {
        "shape": ("weight", "weight", (3, 2), (2, 2)),
        "missing": ("bias", "bias", None, (2,)),
        "left over": ("bia", "", (2,), None),
    }


@pytest.mark.parametrize("name", ["net.weights.h5", "net.keras"])
def test_keras_files_come_back(name: str, tmp_path: Path) -> None:
    source, target = built(), Net()
    target(np.zeros((1, 8, 8, 3), "float32"))
    keras_file.write(source, tmp_path / name)
    assert keras_file.load(target, tmp_path / name) == ()
    assert all(np.array_equal(a.numpy(), b.numpy()) for a, b in zip(source.weights, target.weights, strict=True))


def test_the_layout_is_what_keras_writes(tmp_path: Path) -> None:
    model = built()
    keras_file.write(model, tmp_path / "net.weights.h5")
    arrays = keras_file.read(tmp_path / "net.weights.h5")
    layout = {place: variable.numpy() for place, variable in keras_file.layout(model).items()}
    assert set(arrays) == set(layout)
    assert "blocks/container/dense/vars/0" in layout
    assert all(np.array_equal(arrays[place], layout[place]) for place in arrays)


def test_state_of_training_is_left_out_and_said(tmp_path: Path) -> None:
    model = built()
    model.compile("adam", "mse")
    model.fit(np.zeros((2, 8, 8, 3)), np.zeros((2, 6, 6, 3)), verbose=0)
    model.save(tmp_path / "net.keras")
    assert keras_file.load(built(), tmp_path / "net.keras") == ("the state of the optimizer in it was left out",)


def test_keras_files_that_do_not_fit(tmp_path: Path) -> None:
    keras_file.write(built(5), tmp_path / "net.weights.h5")
    with pytest.raises(MismatchError, match="8 of another shape") as caught:
        keras_file.load(built(4), tmp_path / "net.weights.h5")
    kernel = next(d for d in caught.value.differences if d.in_file == "conv/vars/0")
    assert kernel.in_model.endswith("/kernel")
    assert (kernel.file_shape, kernel.model_shape) == ((3, 3, 3, 5), (3, 3, 3, 4))
    (tmp_path / "cut.weights.h5").write_bytes((tmp_path / "net.weights.h5").read_bytes()[:3000])
    (tmp_path / "text.weights.h5").write_text("hello")
    (tmp_path / "text.keras").write_text("hello")
    for name in ("cut.weights.h5", "text.weights.h5", "text.keras"):
        with pytest.raises(CheckpointError, match=f"^{name}: is not a .*, or it is cut off"):
            keras_file.load(built(), tmp_path / name)


@pytest.mark.parametrize("name", ["old.h5", "old.weights.h5"])
def test_legacy_files(name: str, tmp_path: Path) -> None:
    def made(units: int = 3) -> Any:
        return keras.Sequential([keras.Input((4,)), keras.layers.Dense(units), keras.layers.Dense(2)])

    source, target = made(), made()
    source.save(tmp_path / "old.h5")  # this ending means the format of Keras 2
    (tmp_path / "old.h5").rename(tmp_path / name)
    keras_file.load(target, tmp_path / name)
    assert all(np.array_equal(a.numpy(), b.numpy()) for a, b in zip(source.weights, target.weights, strict=True))
    with pytest.raises(CheckpointError, match=r"Keras cannot load it .*shape"):
        keras_file.load(made(5), tmp_path / name)
