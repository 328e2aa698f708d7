from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from translate.cli.main import cli

COMMAND = [sys.executable, "-c", "from translate.cli.main import main; main()"]
NET = """import torch
from torch import nn


class {name}(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, {size}, 3)

    def forward(self, x):
        return torch.relu(self.conv(x))
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: ``src`` has a package with two models, a module without PyTorch, and a file of settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TRANSLATE_CACHE_DIR", raising=False)
    models = tmp_path / "src" / "models"
    models.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    (tmp_path / "src" / "settings.yaml").write_text("size: 4\n")
    (tmp_path / "src" / "tools.py").write_text("def size():\n    return 4\n")
    (models / "__init__.py").write_text("")
    (models / "a.py").write_text(NET.format(name="A", size=4))
    (models / "b.py").write_text(NET.format(name="B", size=5))
    return tmp_path


@pytest.fixture
def run() -> Callable[..., Result]:
    """Run the command in this process; its workers are processes of their own."""

    def runner(*arguments: str) -> Result:
        if Path(arguments[0]).is_dir() and "--jobs" not in arguments:  # one worker starts sooner than two
            arguments = (*arguments, "--jobs", "1")
        result = CliRunner().invoke(cli, arguments, prog_name="translate")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return runner


def start(*arguments: str, **more: object) -> subprocess.Popen[str]:
    """The command as a process of its own, at the head of a group of processes."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    return subprocess.Popen(
        [*COMMAND, *arguments],
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        start_new_session=True,
        **more,  # pyright: ignore[reportCallIssue, reportArgumentType]
    )


def contents(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
