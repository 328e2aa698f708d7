"""``translate weights``: from the command line to the file, and what stands in the way of it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

torch = pytest.importorskip("torch")
pytest.importorskip("keras")

Run = Callable[..., Result]
SOURCE = """\
import os

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, width=4):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 3)
        self.norm = nn.BatchNorm2d(width)

    def forward(self, x):
        return torch.relu(self.norm(self.conv(x)))


def leaves():
    os._exit(0)
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(SOURCE)
    module = _module()
    torch.save({"state_dict": {f"module.{n}": t for n, t in module.state_dict().items()}}, "net.pt")
    return tmp_path


def _module(width: int = 4) -> Any:
    namespace: dict[str, Any] = {"__name__": "net"}
    exec(compile(SOURCE, "net.py", "exec"), namespace)
    torch.manual_seed(0)
    return namespace["Net"](width)


def names() -> set[str]:
    return {path.name for path in Path().iterdir()}


def test_there_and_back(run: Run, tmp_path: Path) -> None:
    there = run("weights", "net.pt", "--model", "net.py:Net", "--to", "tf")
    assert there.exit_code == 0, there.output
    assert there.stderr.splitlines() == [
        "net.weights.h5: 6 tensors, 128 numbers, read back and equal",
        "  note: translation: made for this, since net_tf.py does not exist",
        "  note: the state dict was found at 'state_dict'",
        "  note: the names in the file start with 'module.', which was taken away",
    ]
    assert names() == {"net.py", "net.pt", "net.weights.h5"}

    assert run("net.py", "--to", "tf", "-q").exit_code == 0
    more = ("--input", "x: float32[N,H,W,3]", "--verify", "--examples", "0", "--report", "json")
    back = run(
        "weights", "net.weights.h5", "--model", "net_tf.py:Net()", "--to", "torch", "-o", "new/back.safetensors", *more
    )
    assert (back.exit_code, back.stderr) == (0, "")
    data = json.loads(back.stdout)
    assert (data["verdict"], data["written"], data["tensors"]) == ("written", True, 6)
    assert data["translation"] == "net.py (what net_tf.py was translated from)"
    assert data["verification"]["verdict"] == "equal"
    assert data["verification"]["largest_error"] < 1e-12
    from safetensors.torch import load_file

    found = load_file(tmp_path / "new" / "back.safetensors")
    assert all(torch.equal(found[name], tensor) for name, tensor in _module().state_dict().items())


def test_what_does_not_fit(run: Run) -> None:
    torch.save({**_module(5).state_dict(), "extra": torch.zeros(2)}, "other.pt")
    result = run("weights", "other.pt", "--model", "net.py:Net", "--to", "tf", "-q")
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert lines[0] == (
        "other.pt: the checkpoint does not fit the model: 1 left over, 6 of another shape; nothing written"
    )
    assert ["other", "shape", "conv.weight", "[5,", "3,", "3,", "3]", "[4,", "3,", "3,", "3]"] in map(str.split, lines)
    assert ["left", "over", "extra", "[2]"] in map(str.split, lines)
    assert not any(name.endswith(".h5") for name in names())


def test_nothing_is_executed(run: Run) -> None:
    class Malicious:
        def __reduce__(self) -> Any:
            return os.system, ("touch witness",)

    torch.save({"conv.weight": Malicious()}, "net.pt")
    result = run("weights", "net.pt", "--model", "net.py:Net", "--to", "tf", "-q")
    assert result.exit_code == 1
    assert result.stderr == (
        f"net.pt: holds more than tensors ({os.name}.system), which would run code when it is loaded; "
        "save model.state_dict() alone; nothing written\n"
    )
    assert names() == {"net.py", "net.pt"}


def test_models_that_end_the_process(run: Run) -> None:
    result = run("weights", "net.pt", "--model", "net.py:leaves()", "--to", "tf", "-q")
    assert result.exit_code == 1
    assert result.stderr.startswith("net.pt: ended by itself with exit status 0, without a result, while building")
    assert result.stderr.endswith("; nothing written\n")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["none.pt", "--to", "tf"], "none.pt: no such file"),
        (["there.weights.h5", "--to", "tf"], "there.weights.h5: --to tf reads .pt, .pth"),
        (["net.pt", "--to", "torch"], "net.pt: --to torch reads .weights.h5, .keras"),
        (["net.pt", "--to", "tf", "-o", "there.weights.h5"], "there.weights.h5: exists; use --force"),
        (["net.pt", "--to", "tf", "-o", "net.h5"], "net.h5: --to tf writes .weights.h5, .keras"),
        (["net.pt", "--to", "tf", "-o", "net.keras"], ".keras needs the model to be called; add e.g. --input"),
        (["net.pt", "--to", "tf", "--verify"], "--verify needs the model to be called; add e.g. --input"),
        (["net.pt", "--to", "tf", "--model", "net.py"], "--model net.py: names no model"),
        (["net.pt", "--to", "tf", "--model", "Net"], "Net: names no Python file; write FILE:EXPR"),
        (["net.pt", "--to", "tf", "--model", "not.py:Net"], "not.py: no such file"),
        (["net.pt", "--to", "tf", "--input", "x: colour[N]"], '--input "x: colour[N]": expected'),
        (["net.pt", "--to", "tf", "--translated", "other.py"], "other.py: no such file"),
        ([".", "--to", "tf"], ".: is a folder"),
    ],
)
def test_wrong_use(arguments: list[str], says: str, run: Run) -> None:
    Path("there.weights.h5").write_text("what a person wrote")
    model = [] if "--model" in arguments else ["--model", "net.py:Net()"]
    result = run("weights", *arguments, *model)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"translate: error: {says}")
    assert result.stderr.count("\n") == 1
    assert Path("there.weights.h5").read_text() == "what a person wrote"
    assert names() == {"net.py", "net.pt", "there.weights.h5"}


def test_force_overwrites(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from translate.verify import Transferred

    def written(checkpoint: Path, output: Path, *_: Any, **__: Any) -> Transferred:
        output.write_text("weights")
        return Transferred("written", "")

    monkeypatch.setattr("translate.verify.transfer_weights", written)
    Path("net.weights.h5").write_text("old")
    assert run("weights", "net.pt", "--model", "net.py:Net", "--to", "tf", "--force", "-q").output == ""
    assert Path("net.weights.h5").read_text() == "weights"
    assert names() == {"net.py", "net.pt", "net.weights.h5"}


def test_weights_of_verify_may_be_a_file() -> None:
    from translate.cli.verifying import weights_expression

    assert eval(weights_expression("net.pt")) == str(Path("net.pt").resolve())
    assert weights_expression("trained[:2]") == "trained[:2]"


def test_help_needs_no_framework(run: Run) -> None:
    text = " ".join(run("weights", "--help").stdout.split())
    assert "FILE:EXPR" in text
    assert "Nothing in a checkpoint is executed" in text
