from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from fake_translator import SOURCE, fake_translate

from translate.cli.main import cli


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder is the current one and holds model.py; the translator is the fake one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("translate.project.one_text.translate", fake_translate)
    path = tmp_path / "model.py"
    path.write_text(SOURCE, encoding="utf-8")
    return path


@pytest.fixture
def run() -> Callable[..., Result]:
    """Run the command in this process. Anything that would be a traceback fails the test."""

    def runner(*arguments: str, stdin: bytes | str | None = None) -> Result:
        result = CliRunner().invoke(cli, arguments, input=stdin, prog_name="translate")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return runner
