"""What was done once is not done again; what breaks off goes on, and ends with the same bytes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from click.testing import Result
from folder_helpers import NET, contents, start

Run = Callable[..., Result]


def translated_anew(result: Result) -> list[str]:
    """The files that a worker has translated in this run."""
    files = json.loads(result.stdout)["files"]
    return [f["source"].removeprefix("src/") for f in files if f["seconds"] and not f["from_cache"]]


def test_what_a_file_depends_on_decides(folder: Path, run: Run) -> None:
    (folder / "src/models/c.py").write_text("import torch\nfrom ..tools import size\nx = torch.zeros(size())\n")
    arguments = ("src", "--to", "tf", "--report", "json")
    assert translated_anew(run(*arguments)) == ["models/a.py", "models/b.py", "models/c.py"]
    assert translated_anew(run(*arguments)) == []
    (folder / "src/tools.py").write_text("def size():\n    return 5\n")
    assert translated_anew(run(*arguments)) == ["models/c.py"]
    assert translated_anew(run(*arguments, "--io", "source", "--force")) == [
        "models/a.py",
        "models/b.py",
        "models/c.py",
    ]
    assert translated_anew(run(*arguments, "--force")) == []
    mine = folder / "mine"
    mine.mkdir()
    rules = ("--rules", "mine")
    assert translated_anew(run(*arguments, *rules)) == [], "no rules, no change"
    (mine / "ops.yaml").write_text("- torch: my.f(x)\n  keras: keras.ops.abs(x)\n")
    assert len(translated_anew(run(*arguments, *rules))) == 3
    assert translated_anew(run(*arguments, *rules)) == []


def test_the_output_is_written_from_the_cache(folder: Path, run: Run) -> None:
    run("src", "--to", "tf")
    before = contents(folder / "src_tf")
    shutil.rmtree(folder / "src_tf")
    assert translated_anew(run("src", "--to", "tf", "--report", "json")) == []
    assert contents(folder / "src_tf") == before


@pytest.mark.parametrize("damage", [b"", b"{}", b"\xff\x00[1", b'{"a": 1}'])
def test_a_damaged_cache_is_made_anew(folder: Path, run: Run, damage: bytes) -> None:
    run("src", "--to", "tf")
    before = contents(folder / "src_tf")
    for path in (folder / ".translate_cache").rglob("*"):
        if path.is_file():
            path.write_bytes(damage)
    shutil.rmtree(folder / "src_tf")
    result = run("src", "--to", "tf", "--report", "json")
    assert (result.exit_code, translated_anew(result)) == (0, ["models/a.py", "models/b.py"])
    assert contents(folder / "src_tf") == before


def test_code_that_was_changed_in_the_cache_is_not_used(folder: Path, run: Run) -> None:
    run("src", "--to", "tf")
    before = contents(folder / "src_tf")
    for path in (folder / ".translate_cache/texts").rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes() + b"import evil\n")
    shutil.rmtree(folder / "src_tf")
    run("src", "--to", "tf")
    assert contents(folder / "src_tf") == before


def test_where_nothing_can_be_kept_that_is_said(folder: Path, run: Run) -> None:
    (folder / ".translate_cache").write_text("")
    result = run("src", "--to", "tf")
    assert result.exit_code == 0
    assert "note: results are not kept: .translate_cache" in result.stderr.replace(f"{folder}{os.sep}", "")


def test_with_everything_kept_neither_parser_nor_rules_are_imported(folder: Path, run: Run) -> None:
    run("src", "--to", "tf")
    code = (
        "import sys; from translate.cli.main import cli\n"
        "status = cli(['src', '--to', 'tf'], standalone_mode=False)\n"
        "print([m for m in ('libcst', 'yaml', 'loky', 'translate.rules', 'translate.translation') if m in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n", done.stderr


@pytest.fixture
def many(folder: Path) -> Path:
    for n in range(30):
        (folder / f"src/models/m{n:02}.py").write_text(NET.format(name=f"M{n}", size=n + 1) * 4)
    return folder


def half_done(folder: Path, process: subprocess.Popen[str]) -> None:
    """Wait until some, and before all, of the translations are there."""
    limit = time.monotonic() + 120
    while len(list((folder / "src_tf/models").glob("m*.py"))) < 8:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < limit
        time.sleep(0.002)


def test_killed_at_half_and_resumed(many: Path, run: Run) -> None:
    process = start("src", "--to", "tf", "--jobs", "2")
    half_done(many, process)
    workers = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    done = sorted((many / "src_tf/models").glob("m*.py"))
    assert 8 <= len(done) < 30
    gone, alive = psutil.wait_procs(workers, timeout=20)
    assert (len(gone) >= 2, alive) == (True, []), "workers end with whoever started them"
    (many / f"src_tf/models/.m29.py.abc-{process.pid}.translate-tmp").write_text("half of a file that")
    resumed = run("src", "--to", "tf", "--report", "json")
    assert resumed.exit_code == 0
    assert 1 <= len(translated_anew(resumed)) <= 32 - len(done)
    assert run("src", "--to", "tf", "-o", "clean", "--no-cache", "-q").exit_code == 0
    assert contents(many / "src_tf") == contents(many / "clean")


def test_interrupted(many: Path, run: Run) -> None:
    process = start("src", "--to", "tf", "--jobs", "2")
    half_done(many, process)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does it: to all of them
    _, told = process.communicate(timeout=60)
    assert (process.returncode, told) == (130, "translate: interrupted; what is done is kept, run it again to go on\n")
    resumed = run("src", "--to", "tf", "--report", "json")
    assert len(translated_anew(resumed)) < 30
    assert len(contents(many / "src_tf")) == 34


def test_a_file_that_kills_its_worker(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("translate.project.run.Local", _Deadly)
    result = run("src", "--to", "tf", "--jobs", "2")
    assert result.exit_code == 1
    assert "src/models/b.py: the worker process died (SIGKILL) while it translated this" in result.stderr
    assert "src -> src_tf: 4 files: 1 translated, 2 copied, 1 crashed." in result.stderr


def _Deadly(*arguments: float) -> object:
    from faulty import deadly

    from translate.project.engine import Local

    return Local(*arguments, function=deadly)  # pyright: ignore[reportArgumentType]


def test_what_is_wrong_with_a_file_is_kept_as_well(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "src/bad.py").write_text("import torch\ndef f(:\n")
    first = run("src", "--to", "tf")

    def nobody(*_: object) -> object:
        raise AssertionError("nothing is to be translated")

    monkeypatch.setattr("translate.project.run.Local", nobody)
    again = run("src", "--to", "tf")
    assert (again.exit_code, again.stderr.splitlines()[0]) == (1, first.stderr.splitlines()[0])
    assert first.stderr.startswith("src/bad.py:2:7: is not valid Python")
