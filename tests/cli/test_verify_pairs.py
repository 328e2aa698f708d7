"""``translate verify``: pairs of files, and models and inputs that nobody names."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from click.testing import Result

pytest.importorskip("torch")
pytest.importorskip("keras")

Run = Callable[..., Result]
SOURCE = """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 3)
        self.norm = nn.BatchNorm2d(width)

    def forward(self, x):
        return torch.relu(self.norm(self.conv(x)))


class Words(nn.Module):
    def __init__(self, size=20):
        super().__init__()
        self.embed = nn.Embedding(size, 4)

    def forward(self, tokens):
        return self.embed(tokens).mean(1)


if __name__ == "__main__":
    Net(6)(torch.randn(1, 3, 20, 20))
"""
OTHER = """\
import keras
from keras import layers


class KerasNet(keras.Model):
    def __init__(self, width):
        super().__init__()
        self.conv = layers.Conv2D(width, 3)
        self.norm = layers.BatchNormalization(momentum=0.9, epsilon=1e-5)

    def call(self, x):
        return keras.ops.relu(self.norm(self.conv(x)))
"""
SCHEMA = Path(__file__).parents[2] / "docs/report.schema.json"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_text(SOURCE)
    (tmp_path / "other.py").write_text(OTHER)
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    return tmp_path


def test_all_models_of_a_file_are_found_and_verified(run: Run, folder: Path) -> None:
    (folder / "net.py").write_text(
        SOURCE + "\n\nclass Odd(nn.Module):\n    def __init__(self, a, b):\n        raise OSError\n"
    )
    result = run("verify", "net.py", "--to", "tf", "--examples", "1")
    assert result.exit_code == 0, result.output
    assert 'Found: --model "Net(6)" --input "x: float32[N,3,H,W], H in 20..30, W in 20..30"' in result.stderr
    assert "  Net(6) (net.py:25)" in result.stderr
    assert 'Found: --model "Words()" --input "tokens: int64[N,T] < 20"' in result.stderr
    assert "Odd: not verified: Odd(8, 8): the source raised OSError" in result.stderr
    assert result.stderr.splitlines()[-1] == "3 models: 2 equal, 1 not verified"
    assert not (folder / "net_tf.py").exists()


def test_a_pair_that_someone_else_wrote(run: Run, folder: Path) -> None:
    arguments = ("verify", "net.py", "other.py", "--model", "Net(5)", "--examples", "0", "--report", "json")
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    data = json.loads(result.stdout)
    (one,) = data["verifications"]
    assert (data["equal"], data["to"], one["model"]) == (True, "tf", "Net(5)")
    assert one["found"][-1] == "the translation: KerasNet(5)"
    schema = json.loads(SCHEMA.read_text())
    jsonschema.validate(one, {**schema["$defs"]["verified"], "$defs": schema["$defs"]})

    (folder / "other.py").write_text(OTHER.replace("epsilon=1e-5", "epsilon=1e-2"))
    result = run(*arguments[:-2], "--input", "x: float32[N,3,9,9]", "--translated-model", "KerasNet(5)", "-q")
    assert result.exit_code == 1
    assert result.stderr.startswith("Net(5): different: ")
    assert result.stderr.count("\n") == 1


def test_the_project_says_it(run: Run, folder: Path) -> None:
    (folder / "pyproject.toml").write_text(
        '[tool.translate.verify."net.py"]\nmodel = "Words(7)"\ninputs = ["tokens: int64[N,3] < 7"]\n'
    )
    result = run("net.py", "--to", "tf", "--verify", "--examples", "0", "--report", "json")
    assert result.exit_code == 0, result.output
    data = json.loads(result.stdout)
    jsonschema.validate(data, json.loads(SCHEMA.read_text()))
    (one,) = data["verifications"]
    assert (one["model"], one["inputs"]) == ("Words(7)", ["tokens: int64[N,3] < 7"])
    assert one["found"] == ['pyproject.toml [tool.translate.verify."net.py"]']
    assert data["verification"] == one["verification"]


def test_two_files_of_one_framework_by_way_of_the_other(run: Run, folder: Path) -> None:
    (folder / "net.py").write_text(SOURCE.partition("class Words")[0] + "\n\nNet(6)\n")
    apart = "        x = self.conv(x)\n        return torch.clamp(self.norm(x), min={})"
    new = (folder / "net.py").read_text().replace("        return torch.relu(self.norm(self.conv(x)))", apart)
    (folder / "new.py").write_text(new.format("0.0"))
    assert run("verify", "net.py", "new.py").exit_code == 2, "but it says what to do, which is this"
    first = ("net.py", "--to", "tf", "-o", "between.py", "--verify", "--examples", "0")
    assert run(*first).exit_code == 0
    second = ("verify", "new.py", "between.py", "--examples", "0", "-q")
    assert run(*second).exit_code == 0
    (folder / "new.py").write_text(new.format("0.1"))
    assert run(*second).exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["net.py"], "name the translation, or translate with --to"),
        (["net.py", "other.py", "--to", "tf"], "one of the two"),
        (
            ["net.py", "net.py"],
            "-o between.py --verify, then translate verify net.py between.py",
        ),
        (["net.py", "nowhere.py"], "nowhere.py: no such file"),
        (["net.py", "plain.py"], "plain.py: imports neither PyTorch nor Keras"),
        (["broken.py", "net.py"], "broken.py:2:"),
        (["net.py", "--to", "torch"], "is PyTorch already"),
        (["none.py", "--to", "tf"], "none.py: no model found"),
        (["net.py", "other.py", "--model", "Net("], '--model "Net("'),
        (["net.py", "other.py", "--input", "x: float[N]"], '--input "x: float[N]": expected a dtype'),
        (["set/net.py", "other.py"], "unknown key 'input'; known are model"),
        (["bad/net.py", "other.py"], "expected a dtype such as float32"),
    ],
)
def test_wrong_use_is_one_line(run: Run, folder: Path, arguments: list[str], says: str) -> None:
    (folder / "plain.py").write_text("x = 1\n")
    (folder / "none.py").write_text("import torch\n\nx = torch.zeros(3)\n")
    (folder / "broken.py").write_text("import torch\ndef (:\n")
    for name, line in (("set", "input = 'x'"), ("bad", "inputs = ['x: float[N]']")):
        (folder / name).mkdir()
        (folder / name / "net.py").write_text(SOURCE)
        (folder / name / "pyproject.toml").write_text(f"[tool.translate.verify.'net.py']\n{line}\n")
    result = run("verify", *arguments)
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert result.stderr.startswith("translate: error: ")
    assert says in result.stderr
    assert result.stderr.count("\n") == 1
