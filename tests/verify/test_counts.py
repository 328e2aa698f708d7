"""The count of it all, printed (``-m long -s``): faults caught, places named rightly, right pairs not accused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from mutants import INPUTS, MUTANTS, Framework, planted, sides
from pair_files import names, pair_of_files
from planted import PLANTED
from planted_torch import OWN, PLANTED_TORCH
from test_mutants import DEEP_KERAS, DEEP_TORCH

from translate.verify import Options, Verification

pytest.importorskip("torch")
pytest.importorskip("keras")

_DEEP_INPUT = "x: float32[N,8]"
_NAMED = 0.95


@dataclass(frozen=True)
class Case:
    name: str
    source: str
    translated: str
    inputs: str
    to: Framework
    where: str | None = None
    """The submodule that is faulty, or several with bars between; None: the pair is right, or tiny."""


def right() -> Iterator[Case]:
    """Each pair once. Those of files are beside them."""
    for host in INPUTS:
        source, translated, inputs = sides(host, "tf")
        yield Case(host, source, translated, inputs, "tf")
    for one in PLANTED:
        yield Case(one.name, one.source, one.right, one.inputs, "tf")
    for one in OWN:
        yield Case(one.name, one.source, one.right, one.inputs, "torch")
    yield Case("128 blocks", DEEP_TORCH, DEEP_KERAS, _DEEP_INPUT, "tf")


def faulty() -> Iterator[Case]:
    for mutant in MUTANTS:
        source, _, inputs = sides(mutant.host, mutant.to)
        yield Case(mutant.id, source, planted(mutant), inputs, mutant.to, mutant.where)
    for to, faults in (("tf", PLANTED), ("torch", PLANTED_TORCH)):
        for one in faults:
            yield Case(f"{one.name} (to {to})", one.source, one.wrong, one.inputs, to)
    for block in (3, 50, 77, 127):
        wrong = DEEP_KERAS.replace("range(128)]", f"range(128)]\n        self.blocks[{block}].norm.epsilon = 1.1e-5")
        yield Case(f"eps of block {block} of 128", DEEP_TORCH, wrong, _DEEP_INPUT, "tf", f"blocks.{block}.norm")


@pytest.mark.long
def test_counts(check, capsys: pytest.CaptureFixture[str]) -> None:
    accused = [case.name for case in right() if verify(check, case).verdict != "equal"]
    accused += [name for name in names() if not of_files(name)]
    pairs = sum(1 for _ in right()) + len(names())
    results = [(case, verify(check, case)) for case in faulty()]
    missed = [case.name for case, result in results if result.verdict != "different"]
    located = [(case, result) for case, result in results if case.where is not None]
    elsewhere = [
        f"{case.name}: {result.divergence.in_words() if result.divergence else 'no place'}"
        for case, result in located
        if result.divergence is None or result.divergence.path not in (case.where or "").split("|")
    ]
    share = 1 - len(elsewhere) / len(located)
    with capsys.disabled():
        print(f"\n{len(results) - len(missed)} of {len(results)} faults caught{told(missed)}")
        print(f"{pairs - len(accused)} of {pairs} right pairs found equal, one 128 blocks deep{told(accused)}")
        print(f"{share:.1%} of {len(located)} faulty submodules named{told(elsewhere)}")
    assert len(results) >= 60
    assert pairs >= 60
    assert not missed
    assert not accused
    assert share >= _NAMED


def verify(check, case: Case) -> Verification:
    """As users do it, sizes drawn last: what shows at the first ones does not wait for them."""
    result = check(case.source, case.translated, case.inputs, to=case.to, examples=0)
    if result.verdict == "equal":
        result = check(case.source, case.translated, case.inputs, to=case.to, examples=Options().examples)
    return result


def of_files(name: str) -> bool:
    from translate.verify.check import compare_models

    one = pair_of_files(name)
    assert isinstance(one.source, Path)
    options = Options(to="torch", translated_model=one.translated_model, rules=one.rules)
    return compare_models(one.source, one.translated, one.model, one.inputs, options).verdict == "equal"


def told(items: list[str]) -> str:
    return "; not: " + "; ".join(items) if items else ""
