"""Keras sources and their translations to PyTorch: right ones are found equal."""

from __future__ import annotations

import pytest
from pair_files import PairOfFiles, names, pair_of_files

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
