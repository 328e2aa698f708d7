"""Which sizes are drawn."""

from __future__ import annotations

import pytest

from translate.verify.sizes import Search, Sizes
from translate.verify.spec import Inputs

pytest.importorskip("hypothesis")


def test_a_source_that_takes_none_of_the_few_sizes_ends_the_search() -> None:
    tried: list[Sizes] = []

    def check(sizes: Sizes) -> None:
        tried.append(sizes)

    search = Search(Inputs.parse(["x: float32[N,3]"]), {"N": 2}, check, 0)
    search.run(20)
    assert {sizes["N"] for sizes in tried} == {1, 2, 3}
    assert search.failing is None


def test_the_smallest_sizes_that_differ_are_found() -> None:
    search = Search(Inputs.parse(["x: float32[N,W]"]), {"N": 2, "W": 20}, lambda sizes: sizes["W"] < 25, 0)
    search.run(50)
    assert search.failing is not None
    assert search.failing["W"] == 25
