"""The translation is stored as its source is: encoding, mark and line ends; whole or not at all."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from fake_translator import SOURCE

Run = Callable[..., Result]


def test_line_ends_and_mark_are_kept(run: Run, model: Path) -> None:
    model.write_bytes(codecs.BOM_UTF8 + SOURCE.replace("\n", "\r\n").encode())
    assert run("model.py", "--to", "tf").exit_code == 0
    data = (model.parent / "model_tf.py").read_bytes()
    assert data.startswith(codecs.BOM_UTF8 + b"# Generated from model.py")
    assert data.count(b"\r\n") == data.count(b"\n") == SOURCE.count("\n") + 1
    assert "é".encode() in data
    assert run("model.py", "--to", "tf", "--check").exit_code == 0
    assert run("model.py", "--to", "tf").exit_code == 0, "it must know its own line behind the mark"


def test_declared_encoding_is_kept(run: Run, model: Path) -> None:
    model.write_bytes(b"# coding: latin-1\n" + SOURCE.encode("latin-1"))
    assert run("model.py", "--to", "tf").exit_code == 0
    lines = (model.parent / "model_tf.py").read_bytes().split(b"\n")
    assert lines[0] == b"# coding: latin-1"
    assert lines[2] == b"import keras  # \xe9"


def test_mixed_line_ends_stay_mixed(run: Run, model: Path) -> None:
    model.write_bytes(b"import torch\r\nx = 1\ny = 2\r\n")
    run("model.py", "--to", "tf")
    assert (model.parent / "model_tf.py").read_bytes().endswith(b"import keras\r\nx = 1\ny = 2\r\n")


def test_a_failing_write_leaves_the_old_file(run: Run, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("model.py", "--to", "tf")
    before = (model.parent / "model_tf.py").read_bytes()

    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    model.write_text(SOURCE + "a = torch\n", encoding="utf-8")
    result = run("model.py", "--to", "tf")
    assert result.exit_code == 2
    assert result.stderr.startswith("translate: error: model_tf.py: cannot be written (no space left on device)")
    assert (model.parent / "model_tf.py").read_bytes() == before
    assert sorted(p.name for p in model.parent.iterdir()) == ["model.py", "model_tf.py"]


def test_what_was_edited_by_hand_is_kept(run: Run, model: Path) -> None:
    target = model.parent / "model_tf.py"
    run("model.py", "--to", "tf")
    edited = target.read_bytes() + b"mine = 1\n"
    target.write_bytes(edited)
    same = run("model.py", "--to", "tf")
    assert (same.exit_code, same.stderr.splitlines()[0]) == (
        0,
        "model_tf.py: was edited by hand and is kept; there is nothing new to write; --force overwrites it",
    )
    model.write_text(SOURCE + "a = torch\n", encoding="utf-8")
    new = run("model.py", "--to", "tf")
    assert new.exit_code == 1
    assert "what would be written is new" in new.stderr
    assert "\n-mine = 1\n" in new.stderr
    assert "\n+a = keras\n" in new.stderr
    assert target.read_bytes() == edited
    assert run("model.py", "--to", "tf", "--force").exit_code == 0
    assert b"mine" not in target.read_bytes()


def test_line_ends_that_version_control_changes_are_no_edit(run: Run, model: Path) -> None:
    target = model.parent / "model_tf.py"
    run("model.py", "--to", "tf")
    target.write_bytes(target.read_bytes().replace(b"\n", b"\r\n"))
    model.write_text(SOURCE + "a = torch\n", encoding="utf-8")
    assert run("model.py", "--to", "tf").exit_code == 0
    assert b"a = keras" in target.read_bytes()
