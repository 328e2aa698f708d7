"""Operations on the way back: tf.*, keras.ops, keras.backend compute the same in PyTorch, with gradients."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pytest
from operations import GROUPS, INPUTS, TOLD, source

from translate.translation import translate


@pytest.mark.parametrize("group", GROUPS)
def test_operations_compute_the_same(group: str, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("keras")
    from translate.verify import Options
    from translate.verify.check import compare_models

    text = source(GROUPS[group])
    done = translate(text, to="torch")
    assert done.complete, [str(d) for d in done.diagnostics if not d.is_note]
    (tmp_path / "source.py").write_text(text, encoding="utf-8")
    (tmp_path / "translated.py").write_text(done.code, encoding="utf-8")
    options = Options(to="torch", examples=0, training=False)
    result = compare_models(tmp_path / "source.py", tmp_path / "translated.py", "Model()", INPUTS, options)
    assert result.verdict == "equal", result.message


@pytest.mark.parametrize("expression", TOLD)
def test_what_has_no_counterpart_is_told(expression: str) -> None:
    done = translate(source((expression,)), to="torch")
    assert not done.complete, done.code
