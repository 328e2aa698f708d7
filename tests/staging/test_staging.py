"""One construct each: the text before and after.

Run this file as a script to write what comes out now; read the difference before keeping it.
"""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest

from translate.staging import stage

CASES = sorted((Path(__file__).parent / "fixtures").glob("*.txt"))
BECOMES = "\n# --- becomes\n\n"
MARKS = ("__size_", "__kept_", "__list_", "__told__", "__of_", "__script_")


def written(source: str) -> str:
    staged = stage(cst.parse_module(source))
    notes = "".join(f"# {f.code} {f.message}\n" for f in staged.findings)
    return staged.module.code + (f"\n{notes}" if notes else "")


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_text(path: Path) -> None:
    source, _, expected = path.read_text().partition(BECOMES)
    assert written(source) == expected


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_parses_and_is_settled(path: Path) -> None:
    """Nothing that stands for something else is left, and class-form code stays as it is."""
    source = path.read_text().partition(BECOMES)[0]
    for sizes in (True, False):
        staged = stage(cst.parse_module(source), sizes=sizes)
        text = staged.module.code
        compile(text, path.name, "exec")
        assert not any(mark in text for mark in MARKS)
        assert sizes or "in_channels=" not in text
        if not staged.findings:
            assert stage(staged.module, sizes=sizes).module.code == text


def test_untouched_nodes_are_the_same() -> None:
    """Positions of later diagnostics are looked up by node."""
    text = "from keras import layers\n\n\ndef block(x, n):\n    n = n * 2\n    return layers.Dense(n)(x)\n"
    module = cst.parse_module(text)
    staged = stage(module, sizes=False).module
    function, made = module.body[1], staged.body[1]
    assert isinstance(function, cst.FunctionDef) and isinstance(made, cst.ClassDef)
    constructor = made.body.body[0]
    assert isinstance(constructor, cst.FunctionDef)
    assert any(s is function.body.body[0] for s in constructor.body.body)


def test_classes_are_described() -> None:
    source = (
        "from keras import layers\n\n\ndef block(x, name, n, y=None):\n"
        "    return layers.Dense(n, name=name)(layers.Add()([x, y]))\n"
    )
    (found,) = stage(cst.parse_module(source)).classes
    assert (found.function, found.name, found.kind) == ("block", "Block", "block")
    assert found.vanished == ((0, "x"), (1, "name"), (3, "y"))
    assert found.sizes == ("in_channels",)


if __name__ == "__main__":
    for case in CASES:
        before = case.read_text().partition(BECOMES)[0]
        case.write_text(before + BECOMES + written(before))
