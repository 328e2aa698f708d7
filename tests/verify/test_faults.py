"""Right translations are found equal, and every planted fault is caught, in the place where it shows."""

from __future__ import annotations

import re

import pytest
from planted import PLANTED, Planted, source, target

ids = [p.name for p in PLANTED]


@pytest.mark.parametrize("planted", PLANTED, ids=ids)
def test_the_right_translation_is_equal(check, planted: Planted) -> None:
    result = check(planted.source, planted.right, planted.inputs)
    assert result.verdict == "equal", result.message
    assert result.examples >= 2
    assert result.largest_error < (1e-5 if "resize" in planted.name else 1e-11)


@pytest.mark.parametrize("planted", PLANTED, ids=ids)
def test_the_fault_is_caught(check, planted: Planted) -> None:
    result = check(planted.source, planted.wrong, planted.inputs)
    assert result.verdict == "different", result.message
    assert result.message.startswith(planted.caught_in)
    assert result.failing_sizes is not None
    assert result.divergence is not None, result.notes


CONV = source("self.conv = nn.Conv2d(3, 4, 3, padding=1)", "return self.conv(x)")


def test_a_translation_that_kept_the_order_of_axes(check) -> None:
    kept = target(
        "self.conv = layers.Conv2D(4, 3, padding='same')",
        "x = self.conv(ops.transpose(x, (0, 2, 3, 1))); return ops.transpose(x, (0, 3, 1, 2))",
    )
    result = check(CONV, kept, "x: float32[N,3,H,W]", examples=1)
    assert result.verdict == "equal"
    assert result.arrangements == {"inputs": ["x: as in the source"], "outputs": ["output: as in the source"]}


def test_a_reported_arrangement_is_used(check) -> None:
    last = target("self.conv = layers.Conv2D(4, 3, padding='same')", "return self.conv(x)")
    reported = {"input_arrangements": (("NCHW", "NHWC"),), "output_arrangements": (("NCHW", "NHWC"),)}
    result = check(CONV, last, "x: float32[N,3,H,W]", examples=1, **reported)
    assert result.verdict == "equal"
    assert result.arrangements["outputs"] == ["output: channels last"]
    wrong = check(CONV, last, "x: float32[N,3,8,8]", examples=1, input_arrangements=(("NCHW", "NCHW"),))
    assert wrong.verdict != "equal"
    assert check(CONV, last, "x: float32[N,3,8,8]", input_arrangements=(("NCH", "NHC"),)).verdict == "failed"


NESTED_SOURCE = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(20, 4)
        self.fc = nn.Linear(4, 3)

    def forward(self, tokens, mask, scale):
        x = self.table(tokens) * mask[..., None] * scale
        y = self.fc(x)
        return {"a": x, "b": [y, y.argmax(-1), None]}
"""
NESTED_TARGET = """
import keras

class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.table = keras.layers.Embedding(20, 4)
        self.fc = keras.layers.Dense(3)

    def call(self, tokens, mask, scale):
        x = self.table(tokens)
        x = x * keras.ops.cast(mask, x.dtype)[..., None] * scale
        y = self.fc(x)
        return {"b": (y, keras.ops.argmax(y, -1), None), "a": x}
"""


def test_nested_outputs_several_inputs_and_integers(check) -> None:
    inputs = ["tokens: int64[N,T] < 20", "mask: bool[N,T]", "scale: float32[]"]
    result = check(NESTED_SOURCE, NESTED_TARGET, *inputs)
    assert result.verdict == "equal", result.message
    assert {"output['a']", "output['b'][0]", "output['b'][1]", "gradient of input scale"} <= {
        c.name for c in result.comparisons
    }


def test_weights_that_do_not_correspond_are_told(check) -> None:
    more = target("self.conv = layers.Conv2D(4, 3, padding='same', use_bias=False)", "return self.conv(x)")
    result = check(CONV, more, "x: float32[N,3,8,8]")
    assert result.verdict == "failed"
    assert "conv.bias: missing in Keras" in result.message


def test_a_part_that_is_not_used(check) -> None:
    spare = source("self.conv = nn.Conv2d(3, 4, 3); self.spare = nn.Linear(2, 2)", "return self.conv(x)")
    right = target("self.conv = layers.Conv2D(4, 3); self.spare = layers.Dense(2)", "return self.conv(x)")
    result = check(spare, right, "x: float32[N,3,8,8]")
    assert result.verdict == "equal", result.message
    assert any("spare.weight" in note for note in result.notes)


def test_a_dtype_of_its_own_is_caught(check) -> None:
    half = target("self.fc = layers.Dense(4)", "return ops.cast(ops.cast(self.fc(x), 'float16'), x.dtype)")
    result = check(source("self.fc = nn.Linear(5, 4)", "return self.fc(x)"), half, "x: float32[N,5]")
    assert result.verdict == "different"


def test_numbers_are_not_rounded_to_float32_on_their_way(check) -> None:
    result = check(
        source("self.fc = nn.Linear(5, 4)", "return self.fc(x) * 0.1"),
        target("self.fc = layers.Dense(4)", "return self.fc(x) * ops.cast(0.1, x.dtype)"),
        "x: float32[N,5]",
    )
    assert result.largest_error < 1e-12


TIED_TORCH = source(
    "self.w = nn.Parameter(torch.zeros(5, 5)); self.v = self.w", "return x @ self.w + x * self.v.sum(0)"
)
TIED_KERAS = target(
    "self.w = self.add_weight(shape=(5, 5), name='w'); self.v = self.w", "return x @ self.w + x * ops.sum(self.v, 0)"
)


@pytest.mark.parametrize("to", ["tf", "torch"])
def test_a_tied_parameter_stays_tied(check, to: str) -> None:
    both = (TIED_TORCH, TIED_KERAS) if to == "tf" else (TIED_KERAS, TIED_TORCH)
    result = check(*both, "x: float32[N,5]", to=to)
    assert result.verdict == "equal", result.message
    assert result.parameters == 25
    assert any(c.name == "gradient of w" for c in result.comparisons)
    untied = (both[0], both[1].replace("self.v = self.w", "self.v = " + both[1].split("self.w = ")[1].split("\n")[0]))
    result = check(*untied, "x: float32[N,5]", to=to)
    assert result.verdict == "failed"
    assert "two in" in result.message or "are one" in result.message, result.message


def test_a_difference_at_some_sizes_only_is_made_small(check) -> None:
    plain = source("self.fc = nn.Linear(5, 4)", "return self.fc(x)")
    odd = target("self.fc = layers.Dense(4)", "x = self.fc(x); return x + 1 if x.shape[1] > 9 else x")
    result = check(plain, odd, "x: float32[N,T,5]", examples=20)
    assert result.verdict == "different"
    assert result.failing_sizes == {"N": 1, "T": 10}
    assert "N=1, T=10; inputs zeros; seed 0" in result.message


def test_sizes_that_the_source_refuses_are_not_used(check) -> None:
    picky = source("self.fc = nn.Linear(5, 4)", "assert x.shape[1] == 33; return self.fc(x)")
    right = target("self.fc = layers.Dense(4)", "return self.fc(x)")
    result = check(picky, right, "x: float32[N,T,5]", examples=3)
    assert result.verdict == "equal", result.message
    assert {s["T"] for s in result.sizes} == {33}


def test_plain_functions_are_compared_too(check) -> None:
    result = check(
        "import torch\ndef act(x): return x * torch.sigmoid(x)",
        "from keras import ops\ndef act(x): return x * ops.sigmoid(x)",
        "x: float32[N,T]",
        model="act",
    )
    assert result.verdict == "equal", result.message


def test_the_same_seed_gives_the_same_answer(check) -> None:
    planted = PLANTED[2]
    results = [check(planted.source, planted.right, planted.inputs, seed=s) for s in (7, 7, 8)]
    errors = [[(c.name, c.error) for c in r.comparisons] for r in results]
    assert errors[0] == errors[1] != errors[2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("raise ValueError('boom')", r"the source raised ValueError: boom \(source.py:8\)"),
        ("import sys; sys.exit(3)", r"the source called sys.exit\(3\)"),
        ("x.nothing", r"the source raised AttributeError: .* \(source.py:8\)"),
    ],
)
def test_what_the_source_raises_is_told_in_one_line(check, text: str, message: str) -> None:
    start = "from torch import nn\nclass Net(nn.Module):\n    def forward(self, x):\n        return run(x)\n\n\n"
    broken = f"{start}def run(x):\n    {text}\n"
    result = check(broken, target("pass", "return x"), "x: float32[N,5]")
    assert result.verdict == "failed"
    assert re.fullmatch(message, result.message), result.message


def test_the_translation_is_blamed_for_its_own(check) -> None:
    broken = target("pass", "raise KeyError('lost')")
    result = check(source("pass", "return x"), broken, "x: float32[N,5]")
    assert result.verdict == "failed"
    assert result.message == "the translation raised KeyError: lost (translated.py:11)"
    unreadable = check(source("pass", "return x"), "def (", "x: float32[N,5]")
    assert "the translation raised SyntaxError" in unreadable.message
    unknown = check(source("pass", "return x"), target("pass", "return x"), "x: float32[N,5]", model="Other()")
    assert unknown.message == "the source raised NameError: name 'Other' is not defined (--model)"
