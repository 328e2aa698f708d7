"""``--verify``, through to the exit status; with the real translator, and models that do what models should not do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from click.testing import Result

from translate import translate

pytest.importorskip("torch")
pytest.importorskip("keras")

Run = Callable[..., Result]
SOURCE = """\
import os
import sys

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, stride=2, padding=1)
        self.norm = nn.BatchNorm2d(4)

    def forward(self, x):
        return torch.relu(self.norm(self.conv(x)))


def raises():
    raise ValueError("two\\nlines")


def hangs():
    while True:
        pass


def leaves():
    os._exit(0)


def exits():
    sys.exit(3)


def prints():
    for _ in range(2**14):
        print("x" * 2**16)
    raise ValueError("done")


def eats():
    kept = []
    while True:
        kept.append(bytearray(2**26))
"""


@pytest.fixture(autouse=True)
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "net.py"
    path.write_text(SOURCE)
    return path


def verify(run: Run, model: str, *more: str, file: str = "net.py", stdin: str | None = None) -> Result:
    inputs = ("--input", "x: float32[N,3,H,W]")
    return run(file, "--to", "tf", "--verify", "--model", model, *inputs, "--examples", "1", *more, stdin=stdin)


def test_equal(run: Run) -> None:
    result = verify(run, "Net()")
    assert result.exit_code == 0, result.output
    lines = result.stderr.splitlines()
    table = [line.split() for line in lines if line.endswith("equal")]
    assert ["output", "float64"] in [row[:2] for row in table]
    assert ["output", "float32"] in [row[:2] for row in table]
    assert any(line.startswith("Net(): equal: ") for line in lines)
    assert Path("net_tf.py").exists()


def test_report_fits_its_schema(run: Run) -> None:
    result = verify(run, "Net()", "--report", "json", "-o", "-", file="-", stdin=SOURCE)
    assert (result.exit_code, result.stderr) == (0, "")
    data = json.loads(result.stdout)
    jsonschema.validate(data, json.loads((Path(__file__).parents[2] / "docs/report.schema.json").read_text()))
    assert data["verification"]["verdict"] == "equal"
    assert data["verification"]["largest_error"] < 1e-9


def test_the_page_about_a_translation(run: Run) -> None:
    result = verify(run, "Net()", "--report", "html", "-o", "net_in_keras.py")
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    assert result.stdout.startswith("<!doctype html>")
    assert "<h1>net.py and net_in_keras.py</h1>" in result.stdout
    assert "Net()" in result.stdout
    for layer in ("conv", "norm"):
        assert re.search(rf"<title>{layer}: \d\.\de[-+]\d+\n", result.stdout), "its error"
    assert Path("net_in_keras.py").exists()
    for arguments, says in (([], "add --verify"), (["--verify", "--diff"], "both want standard output")):
        result = run("net.py", "--to", "tf", "--report", "html", *arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        assert says in result.stderr


@pytest.mark.parametrize("more", [[], ["-q"]])
def test_different(run: Run, monkeypatch: pytest.MonkeyPatch, more: list[str]) -> None:
    def wrong(*arguments: object, **options: object) -> object:
        right = translate(*arguments, **options)  # type: ignore[arg-type]
        assert "epsilon=1e-5" in right.code
        return replace(right, code=right.code.replace("epsilon=1e-5", "epsilon=1e-3"))

    monkeypatch.setattr("translate.project.one_text.translate", wrong)
    result = verify(run, "Net()", *more)
    assert result.exit_code == 1
    assert "Net(): different" in result.stderr
    assert (result.stderr.count("\n") == 1) == bool(more)
    assert Path(".translate").exists() == (not more), "the script that reproduces it"
    if not more:
        found = re.search(r"first difference: (.*)", result.stderr)
        assert found, result.stderr
        assert re.match(r"\w+ \(BatchNorm2d at net.py:\d+, BatchNormalization at net_tf.py:\d+\), given", found[1])


@pytest.mark.parametrize(
    ("model", "limit", "says"),
    [
        ("raises()", [], "raised ValueError: two lines (net.py:"),
        ("hangs()", ["--time-limit", "6"], "not finished after 6 s"),
        ("leaves()", [], "ended by itself with exit status 0"),
        ("exits()", [], "called sys.exit(3)"),
        ("prints()", [], "raised ValueError: done"),
        ("eats()", ["--memory-limit", "1.5"], "needed more than 1.5 GiB of memory"),
        ("nowhere()", [], "NameError"),
        ("Net(", [], "SyntaxError"),
        ("3", [], "raised TypeError"),
    ],
)
def test_models_that_do_what_they_should_not(run: Run, model: str, limit: list[str], says: str) -> None:
    result = verify(run, model, "-q", *limit)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"{model}: failed: ")
    assert says in result.stderr
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("spec", ["x: float32[N,3", "x: colour[N]", "float32", ""])
def test_bad_input_description(run: Run, spec: str) -> None:
    result = run("net.py", "--to", "tf", "--verify", "--model", "Net()", "--input", spec)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f'translate: error: --input "{spec}": expected ')
    assert result.stderr.count("\n") == 1
