"""The way back on the command line."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from translate.cli.main import cli

SOURCE = """from keras import Input, Model, layers


def tiny(classes=3):
    inputs = Input(shape=(8, 8, 3))
    x = layers.Conv2D(4, 3, activation="relu")(inputs)
    return Model(inputs, layers.Dense(classes)(layers.GlobalAveragePooling2D()(x)))
"""


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, arguments, prog_name="translate")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_a_keras_file_is_written_beside_the_source(tmp_path: Path) -> None:
    (tmp_path / "tiny.py").write_text(SOURCE, encoding="utf-8")
    status, _ = run(str(tmp_path / "tiny.py"), "--to", "torch")
    code = (tmp_path / "tiny_torch.py").read_text(encoding="utf-8")
    assert status == 0
    assert "class Tiny(nn.Module):" in code
    assert "nn.Conv2d(3, 4, 3)" in code
    assert "nn.Linear(4, classes)" in code
    assert "keras" not in code.partition("\n")[2]


def test_what_has_no_rule_is_left_and_told(tmp_path: Path) -> None:
    text = SOURCE.replace("layers.GlobalAveragePooling2D()(x)", "layers.Discretization()(x)")
    (tmp_path / "tiny.py").write_text(text, encoding="utf-8")
    status, output = run(str(tmp_path / "tiny.py"), "--to", "torch")
    assert status == 1
    assert "T101" in output
    assert "# TODO(translate): T101" in (tmp_path / "tiny_torch.py").read_text(encoding="utf-8")


def test_a_file_without_keras_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text("x = 1\n", encoding="utf-8")
    status, output = run(str(tmp_path / "plain.py"), "--to", "torch")
    assert status == 0
    assert "no Keras in it" in output
    assert not (tmp_path / "plain_torch.py").exists()


def test_options_of_the_other_direction_are_refused(tmp_path: Path) -> None:
    (tmp_path / "tiny.py").write_text(SOURCE, encoding="utf-8")
    status, output = run(str(tmp_path / "tiny.py"), "--to", "torch", "--layout", "channels_first")
    assert status == 2
    assert "belong to --to tf" in output
    assert not (tmp_path / "tiny_torch.py").exists()
