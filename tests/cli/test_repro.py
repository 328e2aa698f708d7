"""The script that reproduces a difference: it runs by itself, shows the same error, and overwrites no one's file."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from processes import SOURCES
from test_verify_pairs import OTHER, SOURCE

from translate.cli.reproducing import NoScriptError, Scripts
from translate.cli.verifying import Asked, Pair
from translate.project.source import Source
from translate.verify import Options, Plan

pytest.importorskip("torch")
pytest.importorskip("keras")

Run = Callable[..., Result]
PAIR = ("verify", "net.py", "nets/other.py", "--model", "Net(5)", "--translated-model", "KerasNet(5)")
INPUT = ("--input", "x: float32[N,3,H,W]", "--examples", "0")
TOLD = {"name": "output", "dtype": "float64", "first": {"N": 2}, "sizes": {"N": 1}, "values": "zeros", "plain": None}
WRONG = OTHER.replace("epsilon=1e-5", "epsilon=1e-2")
"""Another eps."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_text(SOURCE)
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets/other.py").write_text(WRONG)
    return tmp_path


def run_script(path: Path) -> subprocess.CompletedProcess[str]:
    """With plain Python, in another folder than it is in."""
    return subprocess.run(
        [sys.executable, str(path)],
        cwd="/",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "PYTHONPATH": SOURCES},
    )


def error_in(text: str) -> float:
    found = re.search(r"differs by ([0-9.e-]+)", text)
    assert found, text
    return float(found[1])


def test_it_shows_the_same_error_until_the_files_are_mended(run: Run, folder: Path) -> None:
    result = run(*PAIR, *INPUT)
    assert result.exit_code == 1
    assert "  to reproduce it: python .translate/repro_net_Net_5.py\n" in result.stderr
    script = folder / ".translate/repro_net_Net_5.py"
    assert names_in(folder / ".translate") == [".gitignore", script.name]
    text = script.read_text()
    assert "(BatchNorm2d at net.py:9, BatchNormalization at other.py:9)" in " ".join(text.split())
    assert str(folder) not in text, "it can be given to someone else with the two files"
    assert re.findall(r"from translate\S* import .*", text) == [
        "from translate.verify.reproducing import same_random_weights"
    ]

    ran = run_script(script)
    assert ran.returncode == 1, ran.stderr
    assert error_in(ran.stdout) == pytest.approx(error_in(result.stderr), rel=0.02)  # that one has two digits
    assert re.search(r"at \[0, \d, \d, \d\]: \S+ in the source, \S+ in the translation", ran.stdout)

    (folder / "nets/other.py").write_text(OTHER)
    ran = run_script(script)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert error_in(ran.stdout) < 1e-12

    (folder / "nets/other.py").write_text(WRONG)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_plain_calls_do_not_show(run: Run, folder: Path) -> None:
    dropped = OTHER.replace("keras.ops.relu(", "layers.Dropout(0.3)(").replace("(x)))", "(x)), training=training)")
    dropped = dropped.replace("def call(self, x)", "def call(self, x, training=False)")
    right = SOURCE.replace("torch.relu(", "nn.functional.dropout(").replace("(x)))", "(x)), 0.3, self.training)", 1)
    (folder / "net.py").write_text(right)
    (folder / "nets/other.py").write_text(dropped.replace("Dropout(0.3)", "Dropout(0.4)"))
    result = run(*PAIR, *INPUT, "--repro", "shown/it.py", "-q")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1, result.stderr
    assert "training output: differs by" in result.stderr
    assert names_in(folder / "shown") == ["it.py"]
    ran = run_script(folder / "shown/it.py")
    assert ran.returncode == 1, ran.stderr
    assert "training output: differs by" in ran.stdout
    assert error_in(ran.stdout) == pytest.approx(error_in(result.stderr), rel=0.02)
    (folder / "nets/other.py").write_text(dropped)
    ran = run_script(folder / "shown/it.py")
    assert (ran.returncode, ran.stdout) == (0, "training output: no difference\n"), ran.stderr


def test_files_of_others_are_not_overwritten(run: Run, folder: Path) -> None:
    (folder / "mine.py").write_text("x = 1\n")
    for place in ("mine.py", "nets"):
        result = run(*PAIR, *INPUT, "--repro", place)
        assert result.exit_code == 2
        assert result.stderr.startswith(f"translate: error: --repro {place}: ")
        assert result.stderr.count("\n") == 1
    assert (folder / "mine.py").read_text() == "x = 1\n"
    assert not (folder / ".translate").exists()


def test_scripts_that_someone_changed_stay(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("translate.verify.shows", lambda *_, **__: True)
    result = {"reproduction": TOLD, "divergence": None, "message": "output: differs", "seed": 0}
    pair = Pair(Source("net.py", folder / "net.py", SOURCE), "text of\nthe translation\n", "text of\nthe translation\n")

    def write(scripts: Scripts) -> str:
        return scripts.write(result, Plan("Net(5)", "Net(5)", ("x: float32[N]",)), Options())

    first = write(Scripts(pair, Asked("tf"), None))
    assert first == ".translate/repro_net_Net_5.py"
    text = (folder / first).read_text()
    compile(text, first, "exec")
    assert 'write_text("""text of\nthe translation\n""",' in text, "it is in no file, so it is in the script"
    assert write(Scripts(pair, Asked("tf"), None)) == first, "nobody changed it: it is written anew"
    (folder / first).write_text(text + "# a note of mine\n")
    both = Scripts(pair, Asked("tf"), None)
    assert [write(both), write(both)] == [".translate/repro_net_Net_5_2.py", ".translate/repro_net_Net_5_3.py"]
    assert (folder / first).read_text().endswith("# a note of mine\n")
    monkeypatch.setattr("translate.verify.shows", lambda *_, **__: False)
    with pytest.raises(NoScriptError):
        write(both)
    assert len(names_in(folder / ".translate")) == 4, "with .gitignore"
    (folder / "file").write_text("")
    with pytest.raises(NoScriptError, match=r"file/it\.py: "):
        write(Scripts(pair, Asked("tf", repro="file/it.py"), None))
