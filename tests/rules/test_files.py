"""The compiled copy of the package's rules."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from translate.rules.files import read_package


@pytest.fixture(autouse=True)
def compiling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


def copy_of(folder: Path) -> Path:
    (found,) = (folder / "__pycache__").iterdir()
    return found


def test_a_copy_is_read_instead(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("- {torch: torch.a, values: {1.0: 2, null: false}}")
    first = read_package(tmp_path)
    assert first == [("a", [{"torch": "torch.a", "values": {1.0: 2, None: False}}])]
    copied = copy_of(tmp_path).read_bytes()
    copy_of(tmp_path).write_bytes(copied.replace(b"torch.a", b"torch.b"))
    assert read_package(tmp_path)[0][1][0]["torch"] == "torch.b"


def test_a_change_is_seen(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("- {torch: torch.a}")
    read_package(tmp_path)
    (tmp_path / "a.yaml").write_text("- {torch: torch.longer}")
    assert read_package(tmp_path) == [("a", [{"torch": "torch.longer"}])]
    (tmp_path / "b.yaml").write_text("- {torch: torch.b}")
    assert len(read_package(tmp_path)) == 2


@pytest.mark.parametrize("text", [b"", b"nothing", b"\xe3\x01"])
def test_a_broken_copy_is_made_anew(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "a.yaml").write_text("- {torch: torch.a}")
    read_package(tmp_path)
    copy_of(tmp_path).write_bytes(text)
    assert read_package(tmp_path) == [("a", [{"torch": "torch.a"}])]


def test_where_nothing_can_be_written_the_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("- {torch: torch.a}")
    (tmp_path / "__pycache__").write_text("a file where the folder should be")
    assert read_package(tmp_path) == [("a", [{"torch": "torch.a"}])]
