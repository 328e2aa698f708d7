"""What the tests of the verifier share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from translate.verify import Options, Verification

Check = Callable[..., Verification]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Verify two texts in this process."""
    pytest.importorskip("torch")
    pytest.importorskip("keras")
    from translate.verify.check import compare_models

    def run(source: str, translated: str, *inputs: str, model: str = "Net()", **options: Any) -> Verification:
        first, second = tmp_path / "source.py", tmp_path / "translated.py"
        first.write_text(source, encoding="utf-8")
        second.write_text(translated, encoding="utf-8")
        return compare_models(first, second, model, inputs, Options(**{"examples": 2, **options}))

    return run
