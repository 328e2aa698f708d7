"""A translator of one line, so that the tests of the command line say nothing about translating."""

from __future__ import annotations

from translate import SourceError, Translation
from translate.diagnostics import Diagnostic
from translate.interfaces import Tensor, Unit

SOURCE = "import torch  # é\n\n\nclass Net(torch.nn.Module):\n    pass\n"
MODEL = Unit("Net", "model", 4, inputs=(Tensor("x", "NCHW", "NHWC"),), outputs=(Tensor("output", "NC", "NC"),))


def fake_translate(text: str, to: str = "tf", **_: object) -> Translation:
    """``torch`` becomes ``keras``; the word ``stft`` is a finding."""
    try:
        compile(text, "source", "exec", dont_inherit=True)
    except SyntaxError as error:
        raise SourceError("parser error", error.lineno or 0, error.offset or 0) from None
    findings = [Diagnostic(2, 1, "N201", "initialisation was left out")]
    findings += [
        Diagnostic(number, line.index("stft") + 1, "T101", "torch.stft has no rule", "use keras.ops.stft")
        for number, line in enumerate(text.split("\n"), 1)
        if "stft" in line
    ]
    code = text.replace("torch", "keras")
    return Translation(code, tuple(findings), {"torch.nn.Conv2d": 2, "torch.nn.ReLU": 1}, (MODEL,))
