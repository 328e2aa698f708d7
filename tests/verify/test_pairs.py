"""Keras sources and their translations to PyTorch: right ones are found equal."""

from __future__ import annotations

import pytest
from conftest import Check
from pair_files import PairOfFiles, names, pair_of_files
from planted import PLANTED, Planted
from planted_torch import PLANTED_TORCH, WRONG

from translate.verify import Options, Verification

pytest.importorskip("torch")
pytest.importorskip("keras")


def verified(one: PairOfFiles, **options: object) -> Verification:
    from translate.verify.check import compare_models

    given = Options(to="torch", translated_model=one.translated_model, rules=one.rules, **{"examples": 2, **options})
    return compare_models(one.source, one.translated, one.model, one.inputs, given)


@pytest.mark.parametrize("name", names())
def test_the_right_translation_is_equal(name: str) -> None:
    result = verified(pair_of_files(name))
    assert result.verdict == "equal", result.message
    assert result.examples >= 2
    assert result.largest_error < 1e-10
    assert not any("not compared" in note for note in result.notes)
    assert any(c.dtype == "float32" for c in result.comparisons)


ids = [p.name for p in PLANTED_TORCH]


def test_every_fault_of_the_other_direction_is_planted_here_too() -> None:
    assert {p.name for p in PLANTED} == set(WRONG)


@pytest.mark.parametrize("planted", PLANTED_TORCH, ids=ids)
def test_the_translation_without_the_fault_is_equal(check: Check, planted: Planted) -> None:
    result = check(planted.source, planted.right, planted.inputs, to="torch")
    assert result.verdict == "equal", result.message
    assert result.examples >= 2
    assert result.largest_error < (1e-5 if "resize" in planted.name else 1e-11)


@pytest.mark.parametrize("planted", PLANTED_TORCH, ids=ids)
def test_the_fault_is_caught(check: Check, planted: Planted) -> None:
    result = check(planted.source, planted.wrong, planted.inputs, to="torch")
    assert result.verdict == "different", result.message
    assert result.message.startswith(planted.caught_in)
    assert result.failing_sizes is not None
