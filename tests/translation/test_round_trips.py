"""There and back: PyTorch, Keras, PyTorch on fixtures/, and Keras, PyTorch, Keras on fixtures_torch/.

The end is compared with the beginning in float64: outputs for two batches, gradients, a step of training.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Literal

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pytest
from fixture_files import BACK, FIXTURES, Fixture, fixture, names

from translate.translation import Translation, translate

To = Literal["tf", "torch"]
STOPPED: dict[To, dict[str, tuple[str, str]]] = {
    "tf": {},
    "torch": {
        "transformer": ("T101", "attention that finds its sizes out"),
    },
}
"""By the direction of the first step: fixtures that do not come back, the code that says so, and why."""
QUICK = {
    "tf": (
        "cbam",
        "densenet",
        "inception",
        "lenet",
        "mobile",
        "norms",
        "position_mask",
        "sequence_conv",
        "two_towers",
        "volume",
    ),
    "torch": ("attention", "custom_layers", "detector", "dictionary", "mobile_blocks", "residual", "sequential"),
}
"""The others take minutes."""
TRIPS = [
    pytest.param(to, name, marks=() if name in QUICK[to] else pytest.mark.long, id=f"{name}-by-{to}")
    for to, among in (("tf", FIXTURES), ("torch", BACK))
    for name in names(among)
    if name not in STOPPED[to]
]
STOPS = [(to, name) for to in STOPPED for name in STOPPED[to]]


def both(one: Fixture, to: To) -> tuple[Translation, Translation]:
    there = translate(one.source, to=to)
    return there, translate(there.code, to="torch" if to == "tf" else "tf")


def _renamed(model: str, done: Translation) -> str:
    return re.sub(r"^\w+", lambda found: done.classes.get(found[0], found[0]), model)


@pytest.mark.parametrize(("to", "name"), TRIPS)
def test_comes_back_as_it_was(to: To, name: str, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("keras")
    from ends import Ends

    one = fixture(name, FIXTURES if to == "tf" else BACK)
    there, back = both(one, to)
    assert there.complete and back.complete, (there.diagnostics, back.diagnostics)
    files = [tmp_path / f"{part}.py" for part in ("first", "second", "third")]
    for path, text in zip(files, (one.source, there.code, back.code), strict=True):
        path.write_text(text, encoding="utf-8")
    models = [one.model, _renamed(one.model, there)]
    models.append(_renamed(models[1], back))
    assert not Ends(files, models, one.inputs, to).differences()


@pytest.mark.parametrize(("to", "name"), STOPS)
def test_stops_with_a_diagnostic(to: To, name: str) -> None:
    """If this fails since nothing is left to say, the fixture comes back, and belongs to the others."""
    there, back = both(fixture(name, FIXTURES if to == "tf" else BACK), to)
    assert STOPPED[to][name][0] in {d.code for done in (there, back) for d in done.diagnostics if not d.is_note}


def test_a_fault_on_the_way_is_found(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("keras")
    from ends import Ends

    one = fixture("lenet")
    there, back = both(one, "tf")
    wrong = back.code.replace("max_pool2d", "avg_pool2d", 1)
    assert wrong != back.code
    files = [tmp_path / f"{part}.py" for part in ("first", "second", "third")]
    for path, text in zip(files, (one.source, there.code, wrong), strict=True):
        path.write_text(text, encoding="utf-8")
    assert Ends(files, [one.model] * 3, one.inputs, "tf").differences()
