from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from folder_helpers import NET

from translate.cli.main import cli


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
