from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from click.testing import Result
from fake_translator import SOURCE

from translate import __version__
from translate.project.header import digest

Run = Callable[..., Result]
CODE = SOURCE.replace("torch", "keras")
HEADER = (
    f"# Generated from model.py by translate {__version__} (to tf; source {digest(SOURCE.encode())}, "
    f"code {digest(CODE.encode())}); edit the source instead.\n"
)


def test_writes_beside_the_source(model: Path, run: Run) -> None:
    result = run("model.py", "--to", "tf")
    assert result.exit_code == 0
    assert (model.parent / "model_tf.py").read_text(encoding="utf-8") == HEADER + CODE
    assert result.stdout == ""
    assert sorted(p.name for p in model.parent.iterdir()) == ["model.py", "model_tf.py"]


def test_summary(model: Path, run: Run) -> None:
    model.write_text(SOURCE + "y = torch.stft(1)\nz = torch.stft(2)\n", encoding="utf-8")
    result = run("model.py", "--to", "tf")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "model.py:2:1: N201 initialisation was left out",
        "model.py:6:11: T101 torch.stft has no rule",
        "  help: use keras.ops.stft",
        "model.py:7:11: T101 torch.stft has no rule",
        "  help: use keras.ops.stft",
        "Wrote model_tf.py",
        "  most used: torch.nn.Conv2d 2, torch.nn.ReLU 1",
        "  axes of Net: x NCHW -> NHWC",
        "Translated 3 calls; 2 left (T101 x2); 1 note.",
    ]


def test_quiet(model: Path, run: Run) -> None:
    assert run("model.py", "--to", "tf", "-q").output == ""


@pytest.mark.parametrize("place", ["out.py", "new/folder/out.py"])
def test_output(model: Path, run: Run, place: str) -> None:
    assert run("model.py", "--to", "tf", "-o", place).exit_code == 0
    assert (model.parent / place).read_text(encoding="utf-8") == HEADER + CODE


def test_standard_output(model: Path, run: Run) -> None:
    result = run("model.py", "--to", "tf", "-o", "-")
    assert result.stdout == HEADER + CODE
    assert "Translated 3 calls" in result.stderr
    assert not (model.parent / "model_tf.py").exists()


def test_standard_input(model: Path, run: Run) -> None:
    result = run("-", "--to", "tf", "--stdin-filename", "pkg/net.py", stdin=SOURCE + "torch.stft(1)\n")
    assert result.stdout.startswith("# Generated from net.py by translate")
    assert "pkg/net.py:6:7: T101" in result.stderr
    assert result.exit_code == 1


def test_diff(model: Path, run: Run) -> None:
    result = run("model.py", "--to", "tf", "--diff")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[:2] == ["--- model.py", "+++ model_tf.py"]
    assert "-import torch  # é" in lines
    assert "+import keras  # é" in lines
    assert not (model.parent / "model_tf.py").exists()


def test_check(model: Path, run: Run) -> None:
    missing = run("model.py", "--to", "tf", "--check")
    assert (missing.exit_code, missing.output) == (1, "model_tf.py: does not exist; translate first\n")
    run("model.py", "--to", "tf")
    assert (run("model.py", "--to", "tf", "--check").exit_code, run("model.py", "--to", "tf", "--check").output) == (
        0,
        "",
    )
    model.write_text(SOURCE + "a = torch\n", encoding="utf-8")
    stale = run("model.py", "--to", "tf", "--check")
    assert (stale.exit_code, stale.output) == (1, "model_tf.py: is out of date; translate again\n")


def test_check_of_something_left(model: Path, run: Run) -> None:
    model.write_text(SOURCE + "torch.stft(1)\n", encoding="utf-8")
    run("model.py", "--to", "tf")
    result = run("model.py", "--to", "tf", "--check")
    assert (result.exit_code, result.output) == (1, "model_tf.py: is up to date, but something was left untranslated\n")


def test_check_is_content_with_another_version(model: Path, run: Run) -> None:
    (model.parent / "model_tf.py").write_text(HEADER.replace(__version__, "0.0.9") + CODE, encoding="utf-8")
    assert run("model.py", "--to", "tf", "--check").exit_code == 0


def test_never_overwrites_what_it_did_not_write(model: Path, run: Run) -> None:
    target = model.parent / "model_tf.py"
    target.write_text("mine = 1\n")
    result = run("model.py", "--to", "tf")
    assert (result.exit_code, result.stderr) == (
        2,
        "translate: error: model_tf.py: exists and was not written by translate; use --force to overwrite it, or -o\n",
    )
    assert target.read_text() == "mine = 1\n"
    assert run("model.py", "--to", "tf", "--force").exit_code == 0
    assert target.read_text(encoding="utf-8") == HEADER + CODE


def test_overwrites_what_it_wrote(model: Path, run: Run) -> None:
    run("model.py", "--to", "tf")
    model.write_text(SOURCE + "a = torch\n", encoding="utf-8")
    assert run("model.py", "--to", "tf").exit_code == 0
    assert "a = keras" in (model.parent / "model_tf.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("more", [[], ["--force"]])
def test_never_overwrites_its_source(model: Path, run: Run, more: list[str]) -> None:
    result = run("model.py", "--to", "tf", "-o", "./model.py", *more)
    assert result.exit_code == 2
    assert "is the source itself" in result.stderr
    assert model.read_text(encoding="utf-8") == SOURCE


def test_json_report_fits_its_schema(model: Path, run: Run) -> None:
    model.write_text(SOURCE + "torch.stft(1)\n", encoding="utf-8")
    result = run("model.py", "--to", "tf", "--report", "json")
    assert (result.exit_code, result.stderr) == (1, "")
    data = json.loads(result.stdout)
    schema = json.loads((Path(__file__).parents[2] / "docs/report.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(data, schema)
    assert [d["code"] for d in data["diagnostics"]] == ["N201", "T101"]
    assert data["translated"] == {"torch.nn.Conv2d": 2, "torch.nn.ReLU": 1}
    assert data["units"][0]["inputs"] == [{"name": "x", "source": "NCHW", "target": "NHWC"}]
    assert (data["source"], data["output"], data["written"]) == ("model.py", "model_tf.py", True)


def test_json_report_of_nothing_fits_its_schema(model: Path, run: Run) -> None:
    model.write_text("x = 1\n")
    result = run("model.py", "--to", "tf", "--report", "json")
    schema = json.loads((Path(__file__).parents[2] / "docs/report.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(result.stdout), schema)
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--to", "tf", "--diff", "--check"], "exclude each other"),
        (["--to", "tf", "--diff", "--report", "json"], "both want standard output"),
        (["--to", "tf", "--model", "Net()"], "belong to --verify"),
        (["--to", "tf", "--stdin-filename", "a.py"], "belongs to FILE -"),
    ],
)
def test_wrong_use(model: Path, run: Run, arguments: list[str], says: str) -> None:
    result = run("model.py", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("translate: error: ")
    assert says in result.stderr
    assert result.stderr.count("\n") == 1


def test_unknown_option_and_no_direction(model: Path, run: Run) -> None:
    assert run("model.py").exit_code == 2
    assert run("model.py", "--to", "tf", "--nonsense").exit_code == 2
