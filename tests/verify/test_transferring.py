"""Checkpoints through the translation and back, by every format, in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
keras = pytest.importorskip("keras")

from translate import translate  # noqa: E402
from translate.verify import Options, Transferred  # noqa: E402
from translate.verify.transferring import Task, transfer_checkpoint  # noqa: E402

TORCH = """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, width=4):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, width, 3, bias=False), nn.BatchNorm2d(width), nn.ReLU())
        self.up = nn.ConvTranspose2d(width, 6, 3)
        self.heads = nn.ModuleDict({"a": nn.Linear(6, 2), "b": nn.Linear(6, 3)})
        self.scale = nn.Parameter(torch.ones(3))
        self.register_buffer("table", torch.arange(3.0))

    def forward(self, x):
        x = self.up(self.stem(x)).mean((2, 3))
        return self.heads["a"](x), self.heads["b"](x) * self.scale + self.table
"""
KERAS = """\
import keras
from keras import layers


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.conv = layers.Conv2D(4, 3, activation="relu")
        self.norm = layers.BatchNormalization()
        self.steps = layers.LSTM(6)
        self.fc = layers.Dense(2)

    def call(self, x):
        x = self.norm(self.conv(x))
        return self.fc(self.steps(keras.ops.reshape(x, (-1, 3 * 3, 4))))


def block(x, width):
    return layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(width, 3, padding="same")(x)))


def functional():
    x = inputs = keras.Input((5, 5, 3))
    for width in (4, 5):
        x = block(x, width)
    return keras.Model(inputs, layers.Dense(2)(layers.GlobalAveragePooling2D()(x)))
"""
IMAGES = {"tf": "x: float32[N,3,5,5]", "torch": "x: float32[N,5,5,3]"}
Move = Callable[..., Transferred]


@pytest.fixture
def move(tmp_path: Path) -> Move:
    """Transfer a checkpoint in the folder of the test; the files are translated first."""

    def run(checkpoint: str, output: str, to: str, model: str = "Net()", *, called: bool = False, **more: Any) -> Any:
        text = more.pop("text", TORCH if to == "tf" else KERAS)
        translation = translate(text, "tf" if to == "tf" else "torch")
        assert translation.complete, translation.diagnostics
        code = more.pop("change", lambda code: code)(translation.code)
        (tmp_path / f"source_{to}.py").write_text(text)
        (tmp_path / f"translated_{to}.py").write_text(code)
        made = translation.made_by(model)
        options = Options(to=to, training=False, gradients=False, examples=0, translated_model=made, **more)
        return transfer_checkpoint(
            Task(
                tmp_path / f"source_{to}.py",
                tmp_path / f"translated_{to}.py",
                model,
                (IMAGES[to],) if called else (),
                tmp_path / checkpoint,
                tmp_path / output,
                options,
                verify=called,
            )
        )

    return run


def namespace(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {"__name__": "made"}
    exec(compile(text, "made", "exec"), found)
    return found


def state(width: int = 4) -> dict[str, Any]:
    torch.manual_seed(0)
    module = namespace(TORCH)["Net"](width)
    return {n: torch.rand_like(t) + 0.1 if t.is_floating_point() else t for n, t in module.state_dict().items()}


@pytest.mark.parametrize(
    ("first", "second", "third", "called"),
    [
        ("net.pt", "net.weights.h5", "back.pth", False),
        ("net.pth", "net.keras", "back.safetensors", True),
        ("net.safetensors", "net.weights.h5", "back.safetensors", True),
    ],
)
def test_from_pytorch_and_back(first: str, second: str, third: str, called: bool, move: Move, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    from translate.weights.checkpoints import keras_file

    given = state()
    save_file(given, tmp_path / first) if "safe" in first else torch.save(given, tmp_path / first)
    there = move(first, second, "tf", called=called)
    assert there.verdict == "written", there.message
    assert there.verification is None or there.verification["verdict"] == "equal", there.verification
    assert bool(there.verification) == called
    arrays = keras_file.read(tmp_path / second)
    kernel = given["stem.0.weight"].numpy().transpose(2, 3, 1, 0)
    assert sum(array.shape == kernel.shape and np.array_equal(array, kernel) for array in arrays.values()) == 1

    # Back from the translation to the code that it was made from.
    (tmp_path / "source_torch.py").write_text((tmp_path / "translated_tf.py").read_text())
    task = Task(
        tmp_path / "source_torch.py",
        tmp_path / "source_tf.py",
        "Net()",
        (),
        tmp_path / second,
        tmp_path / third,
        Options(to="torch"),
    )
    back = transfer_checkpoint(task)
    assert back.verdict == "written", back.message
    found = load_file(tmp_path / third) if "safe" in third else torch.load(tmp_path / third, weights_only=True)
    assert set(found) == set(given)
    unknown = "num_batches_tracked"  # Keras does not count
    assert all(torch.equal(found[name], tensor) for name, tensor in given.items() if not name.endswith(unknown))


@pytest.mark.parametrize(
    ("model", "called", "first", "second"),
    [
        ("Net()", True, "net.weights.h5", "net.pt"),
        ("functional()", False, "net.weights.h5", "net.pth"),
        ("functional()", True, "net.keras", "net.safetensors"),
    ],
)
def test_from_keras(model: str, called: bool, first: str, second: str, move: Move, tmp_path: Path) -> None:
    made = eval(model, namespace(KERAS))
    made(np.zeros((1, 5, 5, 3), "float32"))
    for variable in made.weights:
        variable.assign(np.random.default_rng(len(variable.shape)).uniform(0.1, 1, variable.shape))
    made.save_weights(tmp_path / first) if first.endswith("h5") else made.save(tmp_path / first)
    result = move(first, second, "torch", model, called=called)
    assert result.verdict == "written", result.message
    if called:  # with the numbers in the two files: also biases that PyTorch keeps twice
        assert result.verification is not None
        assert result.verification["verdict"] == "equal", result.verification["message"]
        assert result.verification["largest_error"] < 1e-12


def test_what_needs_a_call_says_so(move: Move, tmp_path: Path) -> None:
    made = namespace(KERAS)["Net"]()
    made(np.zeros((1, 5, 5, 3), "float32"))
    made.save_weights(tmp_path / "net.weights.h5")
    result = move("net.weights.h5", "net.pt", "torch")
    assert result.verdict == "failed"
    assert result.message.endswith("are known only when the model is called; describe its inputs: --input")
    assert not (tmp_path / "net.pt").exists()


@pytest.mark.parametrize(
    ("model", "verdict", "says"),
    [
        ("Net(5)", "mismatch", "does not fit the model: 6 of another shape"),
        ("Net", "failed", r"the source is no model but a type; call what makes it: --model \"source_tf.py:Net(...)\""),
        ("Net(wide=5)", "failed", "the source raised TypeError"),
    ],
)
def test_what_does_not_fit_is_not_written(model: str, verdict: str, says: str, move: Move, tmp_path: Path) -> None:
    torch.save(state(), tmp_path / "net.pt")
    result = move("net.pt", "net.weights.h5", "tf", model)
    assert (result.verdict, says.replace("\\", "") in result.message) == (verdict, True), result.message
    assert not (tmp_path / "net.weights.h5").exists()


def test_programs_that_do_not_correspond(move: Move, tmp_path: Path) -> None:
    torch.save(state(), tmp_path / "net.pt")

    def other(code: str) -> str:
        assert "layers.Conv2DTranspose(6" in code
        return code.replace("layers.Conv2DTranspose(6", "layers.Conv2DTranspose(7")

    result = move("net.pt", "net.weights.h5", "tf", change=other, called=True)
    assert result.verdict == "failed"
    assert "up.weight: shape [4, 6, 3, 3] becomes [3, 3, 6, 4], but" in result.message


def test_verifying_runs_both_with_what_is_in_the_files(move: Move, tmp_path: Path, monkeypatch: Any) -> None:
    from translate.weights.checkpoints import keras_file

    torch.save(state(), tmp_path / "net.pt")
    write = keras_file.write

    def wrong(model: Any, path: Path) -> None:
        model.scale.assign(model.scale + 1e-3)
        write(model, path)

    monkeypatch.setattr(keras_file, "write", wrong)
    assert "scale is not in the written file" in move("net.pt", "net.weights.h5", "tf").message
    monkeypatch.setattr("translate.verify.transferring._check_keras", lambda *_: None)
    result = move("net.pt", "net.weights.h5", "tf", called=True)
    assert result.verification is not None
    assert result.verification["verdict"] == "different"


def test_numbers_are_rounded_with_a_note(move: Move, tmp_path: Path) -> None:
    torch.save({n: t.double() if t.is_floating_point() else t for n, t in state().items()}, tmp_path / "net.pt")
    result = move("net.pt", "net.weights.h5", "tf")
    assert result.verdict == "written", result.message
    assert any("rounded to torch.float32" in note for note in result.notes)
