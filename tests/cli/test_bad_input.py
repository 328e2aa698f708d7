"""Whatever comes in: one clear line, the right exit status, no traceback, and nothing half-written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from processes import run_process

Run = Callable[..., Result]


def refused(result: Result, *says: str) -> None:
    """One line on standard error, nothing on standard output, exit status 2."""
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert result.stderr.startswith("translate: error: ")
    assert result.stderr.count("\n") == 1
    for words in says:
        assert words in result.stderr


@pytest.fixture(autouse=True)
def nothing_written(model: Path) -> Iterator[None]:
    yield
    assert [p.name for p in model.parent.rglob("*") if p.is_file()] == ["model.py"]


def test_missing(run: Run) -> None:
    refused(run("nowhere.py", "--to", "tf"), "nowhere.py: no such file")


def test_folder(run: Run, model: Path) -> None:
    (model.parent / "pkg").mkdir()
    refused(run("pkg", "--to", "tf"), "pkg: no Python files in it", "check the path")


def test_file_used_as_a_folder(run: Run) -> None:
    refused(run("model.py/net.py", "--to", "tf"), "model.py/net.py: cannot be read (not a directory)")


@pytest.mark.parametrize(
    ("text", "why"), [("", "is empty"), (" \n\n", "is empty"), ("import keras\n", "no PyTorch in it")]
)
def test_nothing_to_translate(run: Run, model: Path, text: str, why: str) -> None:
    model.write_text(text)
    result = run("model.py", "--to", "tf")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"model.py: {why}, nothing to translate; nothing written\n"
    refused(
        run("model.py", "--to", "tf", "--verify", "--model", "x", "--input", "x: float32[N]"),
        f"{why}, nothing to verify",
    )


def test_a_filter_passes_on_what_it_has_nothing_to_do_with(run: Run) -> None:
    result = run("-", "--to", "tf", stdin="x = 1\r\n")
    assert (result.exit_code, result.stdout_bytes) == (0, b"x = 1\r\n")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"import torch\nx = '\xe9'\n", ("model.py:2: is not UTF-8 (byte 0xe9)", "save the file as UTF-8")),
        (b"# coding: nonsense\nimport torch\n", ("model.py:1: unknown encoding",)),
        (b"\xff\xfei\0m\0p\0o\0r\0t\0", ("model.py:1: contains a null byte",)),
        (b"import torch\n\x7fELF\0\0", ("model.py:2: contains a null byte",)),
    ],
)
def test_not_text(run: Run, model: Path, data: bytes, says: tuple[str, ...]) -> None:
    model.write_bytes(data)
    refused(run("model.py", "--to", "tf"), *says)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("import torch\nthis is a letter, not a program\n", "model.py:2:11: is not valid Python: invalid syntax"),
        ("import torch\n\ndef f(:\n    pass\n", "model.py:3:7: is not valid Python: invalid syntax"),
        ("import torch\nx = (1,\n", "model.py:2:5: is not valid Python: '(' was never closed"),
        ("import torch\nif x:\npass\n", "model.py:3:1: is not valid Python: expected an indented block"),
        ("import torch\nprint 'a'\n", "model.py:2: is Python 2 (print 'a'); bring it to Python 3 first"),
        (
            "import torch\ntry:\n    pass\nexcept IOError, e:\n    pass\n",
            "model.py:4: is Python 2 (except IOError, e:)",
        ),
        ("import torch\nraise ValueError, 'a'\n", "model.py:2: is Python 2 (raise ValueError, 'a')"),
        ("import torch\nexec 'a = 1'\n", "model.py:2: is Python 2 (exec 'a = 1')"),
    ],
)
def test_not_python(run: Run, model: Path, text: str, says: str) -> None:
    model.write_text(text)
    refused(run("model.py", "--to", "tf"), says)


# The parser below is native code without a limit of its own: what gets through to it crashes the process.
@pytest.mark.parametrize(
    "expression",
    ["(" * 6000 + "1" + ")" * 6000, "lambda: " * 9000 + "1", "1 if a else " * 9000 + "2", "-" * 9000 + "1"],
    ids=["parentheses", "lambda", "conditions", "signs"],
)
def test_nested_too_deeply(model: Path, expression: str) -> None:
    model.write_text(f"import torch\nx = {expression}\n")
    result = run_process("model.py", "--to", "tf", cwd=model.parent)
    assert result.returncode == 2
    assert result.stderr == b"translate: error: model.py:2: nested too deeply to be read; split it up\n"


def test_recursion_in_the_translator(run: Run, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def recurse(*_: object, **__: object) -> None:
        recurse()

    monkeypatch.setattr("translate.project.one_text.translate", recurse)
    refused(run("model.py", "--to", "tf"), "model.py: nested too deeply")


def test_a_fault_of_ours(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr("translate.project.one_text.translate", broken)
    refused(run("model.py", "--to", "tf"), "a fault in translate itself (KeyError: 'x'", "report it")


@pytest.mark.parametrize(
    ("place", "why"),
    [("model.py/out.py", "cannot be written"), ("/proc/nowhere/out.py", "cannot be written"), (".", "is a folder")],
)
def test_unwritable_target(run: Run, place: str, why: str) -> None:
    refused(run("model.py", "--to", "tf", "-o", place), place, why)


def test_verify_without_the_frameworks(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("translate.cli.verifying.find_spec", lambda name: None if name in ("torch", "keras") else True)
    result = run("model.py", "--to", "tf", "--verify", "--model", "Net()", "--input", "x: float32[N]")
    refused(result, "--verify needs torch, keras", 'pip install "nn-translate[verify]"')
