"""What verifying a ResNet-18 costs: cold, in a process that imports both frameworks, and in a copy of one that has."""

from __future__ import annotations

import importlib.util
import tempfile
from pathlib import Path
from statistics import median

from measuring.result import Result
from translate import translate
from translate.verify import Options, Verification, verify, warm
from translate.verify.workers import Server

_MODEL = "FBResNet(BasicBlock, [2, 2, 2, 2], num_classes=10)"
_INPUTS = ("x: float32[N,3,224,224]",)  # the size that its last pooling wants
_ROUNDS = 3


def measure() -> list[Result]:
    """Seconds, and the ratio to the forward and backward passes that a verification consists of."""
    spec = importlib.util.find_spec("pretrainedmodels")  # looks for a package without importing it
    assert spec is not None
    assert spec.origin is not None
    source = Path(spec.origin).parent / "models" / "fbresnet.py"
    with tempfile.TemporaryDirectory() as folder:
        translated = Path(folder) / "fbresnet_tf.py"
        translated.write_text(translate(source.read_text(encoding="utf-8")).code, encoding="utf-8")

        def once(server: Server | None = None) -> Verification:
            result = verify(source, translated, _MODEL, _INPUTS, options=Options(examples=0), server=server)
            assert result.verdict == "equal", result.message
            return result

        cold = once()
        with warm() as server:
            once(server)  # this one waits for the imports
            rounds = [once(server) for _ in range(_ROUNDS)]
    name = "verifying ResNet-18"
    return [
        Result(f"{name}, cold", cold.seconds, "s"),
        Result(f"{name}, cold: by its passes", cold.seconds / cold.passes, "x"),
        Result(f"{name}, warm", median(r.seconds for r in rounds), "s"),
        Result(f"{name}, warm: by its passes", median(r.seconds / r.passes for r in rounds), "x", 3.0),
    ]
