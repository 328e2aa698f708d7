"""Scripts for faults of many kinds show them; most of them with plain calls of both models."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from mutants import MUTANTS, planted, sides
from planted import source, target
from test_faults import NESTED_SOURCE, NESTED_TARGET

from translate.cli.reproducing import Scripts
from translate.cli.verifying import Asked, Pair
from translate.project.source import Source
from translate.verify import Options, Plan, verify, warm
from translate.verify.asking import ask
from translate.verify.workers import can_be_warm

pytest.importorskip("torch")
pytest.importorskip("keras")

_EVERY = 6


@dataclass(frozen=True)
class Faulty:
    """Two texts, and what of the second has to be replaced by what to be right."""

    name: str
    source: str
    translated: str
    mend: tuple[str, str]
    inputs: tuple[str, ...]
    model: str = "Net()"


_FC = "self.fc = nn.Linear(5, 4)", "self.fc = layers.Dense(4)"
_WORDS = "tokens: int64[N,T] < 20", "mask: bool[N,T]"
PLAIN = [
    Faulty(
        "a function",
        "import torch\ndef act(x): return x * torch.sigmoid(x)",
        "from keras import ops\ndef act(x): return x * ops.tanh(x)",
        ("tanh", "sigmoid"),
        ("x: float32[N,T]",),
        "act",
    ),
    Faulty(
        "nested outputs of several inputs",
        NESTED_SOURCE,
        NESTED_TARGET.replace("* scale", "* scale * 1.001"),
        (" * 1.001", ""),
        (*_WORDS, "scale: float32[]"),
    ),
    Faulty(
        "an input that is left out",
        NESTED_SOURCE.replace("scale)", "scale=None)").replace("* scale", "* (1 if scale is None else scale)"),
        NESTED_TARGET.replace("scale)", "scale=None)").replace("* scale", "* (2 if scale is None else scale)"),
        ("2 if", "1 if"),
        (*_WORDS, "scale: float32[]?"),
    ),
    Faulty(
        "a shape",
        source(_FC[0], "return self.fc(x)"),
        target(_FC[1], "return self.fc(x)[:, 1:]"),
        ("[:, 1:]", ""),
        ("x: float32[N,T,5]",),
    ),
    Faulty(
        "whole numbers, of other widths",
        source(_FC[0], "return self.fc(x).argmax(-1)"),
        target(_FC[1], "return ops.argmin(self.fc(x), -1)"),
        ("argmin", "argmax"),
        ("x: float32[N,5]",),
    ),
    Faulty(
        "no numbers",
        source(_FC[0], "return self.fc(x)"),
        target(_FC[1], "return self.fc(ops.log(x) if NAN else x)").replace("class", "NAN = True\n\nclass"),
        ("NAN = True", "NAN = False"),
        ("x: float32[N,T,5]",),
    ),
]


@pytest.mark.skipif(not can_be_warm(), reason="without copies of a worker each script takes ten seconds")
def test_plain_scripts_until_it_is_mended(tmp_path: Path) -> None:
    source_file, translated_file, place = (tmp_path / name for name in ("source.py", "translated.py", "it.py"))
    with warm() as server:
        for one in PLAIN:
            source_file.write_text(one.source)
            translated_file.write_text(one.translated)
            options = Options(examples=0)
            found = verify(source_file, translated_file, one.model, one.inputs, options=options, server=server)
            pair = Pair(Source("source.py", source_file, one.source), translated_file, one.translated)
            scripts = Scripts(pair, Asked("tf", repro=str(place)), server)
            scripts.write(found.to_json(), Plan(one.model, one.model, one.inputs), options)
            assert "def run_torch" in place.read_text(), one.name
            assert one.translated.count(one.mend[0]) == 1, one.name
            translated_file.write_text(one.translated.replace(*one.mend))
            with tempfile.TemporaryDirectory() as folder:
                request = {"job": "reproduce", "script": str(place)}
                answer = ask(request, Path(folder), 60, 2**33, server=server)
            assert answer.data is not None, answer.output
            assert answer.data["status"] == 0, (one.name, answer.data["printed"])
            assert "differs by 0" in answer.data["printed"] or "e-1" in answer.data["printed"], one.name
            place.unlink()


@pytest.mark.long
def test_a_script_for_each_kind_of_fault(tmp_path: Path) -> None:
    plain, full = [], []
    source_file, translated_file = tmp_path / "source.py", tmp_path / "translated.py"
    with warm() as server:
        for mutant in MUTANTS[::_EVERY]:
            text, _, inputs = sides(mutant.host, mutant.to)
            source_file.write_text(text)
            translated_file.write_text(planted(mutant))
            options = Options(to=mutant.to)
            result = verify(source_file, translated_file, "Net()", [inputs], options=options, server=server).to_json()
            assert result["verdict"] == "different", mutant.id
            pair = Pair(Source("source.py", source_file, text), translated_file, planted(mutant))
            place = tmp_path / f"{mutant.id}.py"
            scripts = Scripts(pair, Asked(to=mutant.to, repro=str(place)), server)
            written = scripts.write(result, Plan("Net()", "Net()", (inputs,)), options)  # raises where none shows it
            assert written == str(place)
            (plain if "def run_torch" in place.read_text() else full).append(mutant.id)
    print(f"{len(plain)} plain scripts, {len(full)} that run the verifier: {', '.join(full)}")
    assert len(plain) > len(full) > 0
