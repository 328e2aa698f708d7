"""Which files of a folder are translated."""

from __future__ import annotations

from pathlib import Path

import pytest

from translate.problems import Problem
from translate.project.files import Patterns, find_files, matches


def make(root: Path, *names: str, **contents: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(contents.get(name, ""))


def found(root: Path, *patterns: Patterns, leave_out: Path | None = None) -> list[str]:
    python, _ = find_files(root, lambda _: patterns, leave_out)
    return [p.relative_to(root).as_posix() for p in python]


def test_python_files_in_order_without_what_is_never_source(tmp_path: Path) -> None:
    make(tmp_path, "b.py", "a/c.py", "a/data.yaml", ".hidden/x.py", ".x.py", "a/__pycache__/y.py", "env/pyvenv.cfg")
    make(tmp_path, "env/lib/z.py", "node_modules/q.py", "out/b.py")
    (tmp_path / "loop").symlink_to(tmp_path)
    python, others = find_files(tmp_path, lambda _: (), tmp_path / "out")
    assert [p.relative_to(tmp_path).as_posix() for p in python] == ["a/c.py", "b.py"]
    assert [p.name for p in others] == ["data.yaml"]


def test_include_and_exclude(tmp_path: Path) -> None:
    make(tmp_path, "models/a.py", "models/old/b.py", "train.py", "tests/t.py")
    assert found(tmp_path, Patterns(tmp_path, ("models/", "train.py"))) == [
        "models/a.py",
        "models/old/b.py",
        "train.py",
    ]
    assert found(tmp_path, Patterns(tmp_path, None, ("old", "/tests/*.py"))) == ["models/a.py", "train.py"]
    assert found(tmp_path, Patterns(tmp_path, ("*.py",), ("t*",)), Patterns(tmp_path, None, ("old",))) == [
        "models/a.py"
    ]
    assert matches(("models/**",), tmp_path / "models/old/b.py", tmp_path)
    assert not matches(("models/**",), tmp_path / "train.py", tmp_path)


def test_gitignore_of_every_folder(tmp_path: Path) -> None:
    make(tmp_path, "src/a.py", "src/gen/b.py", "src/gen/keep.py", "src/c_pb.py", "src/in/c_pb.py", ".git/info/exclude")
    (tmp_path / ".gitignore").write_text("*_pb.py\n/src/gen/*.py\n")
    (tmp_path / "src/in/.gitignore").write_text("!c_pb.py\n")
    (tmp_path / "src/gen/.gitignore").write_text("!keep.py\n")
    assert found(tmp_path / "src") == ["a.py", "gen/keep.py", "in/c_pb.py"]
    (tmp_path / ".git/info/exclude").write_text("a.py\n")
    assert found(tmp_path / "src") == ["gen/keep.py", "in/c_pb.py"]


def test_patterns_of_a_folder_further_in(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "in/a.py", "in/b.py", "in/pyproject.toml")

    def patterns(folder: Path) -> tuple[Patterns, ...]:
        return (Patterns(folder, None, ("b.py",) if folder.name == "in" else ("a.py",)),)

    python, _ = find_files(tmp_path, patterns)
    assert [p.relative_to(tmp_path).as_posix() for p in python] == ["in/a.py"]


def test_a_bad_pattern_is_told(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="not a pattern"):
        found(tmp_path, Patterns(tmp_path, None, ("!",)))
