"""Scripts for faults of many kinds show them; most of them with plain calls of both models."""

from __future__ import annotations

from pathlib import Path

import pytest
from mutants import MUTANTS, planted, sides

from translate.cli.reproducing import Scripts
from translate.cli.source import Source
from translate.cli.verifying import Asked, Pair
from translate.verify import Options, Plan, verify, warm

pytest.importorskip("torch")
pytest.importorskip("keras")

_EVERY = 6


@pytest.mark.long
def test_a_script_for_each_kind_of_fault(tmp_path: Path) -> None:
    plain, full = [], []
    source_file, translated_file = tmp_path / "source.py", tmp_path / "translated.py"
    with warm() as server:
        for mutant in MUTANTS[::_EVERY]:
            source, _, inputs = sides(mutant.host, mutant.to)
            source_file.write_text(source)
            translated_file.write_text(planted(mutant))
            options = Options(to=mutant.to)
            result = verify(source_file, translated_file, "Net()", [inputs], options=options, server=server).to_json()
            assert result["verdict"] == "different", mutant.id
            pair = Pair(Source("source.py", source_file, source), translated_file, planted(mutant))
            place = tmp_path / f"{mutant.id}.py"
            scripts = Scripts(pair, Asked(to=mutant.to, repro=str(place)), server)
            written = scripts.write(result, Plan("Net()", "Net()", (inputs,)), options)  # raises where none shows it
            assert written == str(place)
            (plain if "def run_torch" in place.read_text() else full).append(mutant.id)
    print(f"{len(plain)} plain scripts, {len(full)} that run the verifier: {', '.join(full)}")
    assert len(plain) > len(full) > 0
