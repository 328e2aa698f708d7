"""Names of files that nobody expects, and what people see while they wait."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from folder_helpers import NET
from rich.console import Console

Run = Callable[..., Result]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_a_name_may_hold_anything(folder: Path, run: Run) -> None:
    names = ["a\nimport evil.py", "{0} [red]b.py", os.fsdecode(b"\xff.py"), "é.py"]
    for name in names:
        (folder / "src" / name).write_text(NET.format(name="Net", size=4))
    first = run("src", "--to", "tf", "--report", "json")
    assert first.exit_code == 0
    assert len(json.loads(first.stdout)["files"]) == 8
    for name in names:
        made = (folder / "src_tf" / name).read_text()
        assert "import evil" not in made.splitlines()
        compile(made, name, "exec")
    (folder / "src_tf" / names[1]).write_text("mine\n")
    told = run("src", "--to", "tf")
    assert (told.exit_code, "{0} [red]b.py: was not written by translate" in told.stderr) == (1, True)


def test_progress_on_a_terminal(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=True, width=100)
    monkeypatch.setattr("translate.report.terminal.error_console", lambda: console)
    monkeypatch.setattr("translate.cli.folder_command._PATIENCE", 0.0)
    assert run("src", "--to", "tf").exit_code == 0
    assert "Translating" in shown.getvalue()
    assert "2/2" in shown.getvalue()
    shown.seek(0)
    shown.truncate()
    monkeypatch.setattr("translate.cli.folder_command._PATIENCE", 3600.0)
    assert run("src", "--to", "tf", "--no-cache").exit_code == 0
    assert "Translating" not in shown.getvalue(), "nobody waits long enough to be told"
