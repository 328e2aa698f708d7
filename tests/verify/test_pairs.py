"""Keras sources and their translations to PyTorch: right ones are found equal."""

from __future__ import annotations

import re

import pytest
from conftest import Check
from pair_files import PairOfFiles, names, pair_of_files
from planted import PLANTED, Planted, source, target
from planted_torch import IMAGE, PLANTED_TORCH, WRONG

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
    assert result.divergence is not None, result.notes


KERAS = target("self.fc = layers.Dense(4)", "return self.fc(x)")
TORCH = source("self.fc = nn.Linear(5, 4)", "return self.fc(x)")


def test_the_report_tells_the_arrangement_and_the_numbers_of_the_source(check: Check) -> None:
    image = target("self.conv = layers.Conv2D(4, 3)", "return self.conv(x)")
    result = check(image, source("self.conv = nn.Conv2d(3, 4, 3)", "return self.conv(x)"), IMAGE, to="torch")
    assert result.arrangements == {"inputs": ["x: channels first"], "outputs": ["output: channels first"]}
    assert result.parameters == 3 * 3 * 3 * 4 + 4
    kept = source("self.conv = nn.Conv2d(3, 4, 3)", "return self.conv(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)")
    result = check(image, kept, IMAGE, to="torch")
    assert result.verdict == "equal"
    assert result.arrangements == {"inputs": ["x: as in the source"], "outputs": ["output: as in the source"]}


def test_a_reported_arrangement_is_used(check: Check) -> None:
    image = target("self.conv = layers.Conv2D(4, 3)", "return self.conv(x)")
    right = source("self.conv = nn.Conv2d(3, 4, 3)", "return self.conv(x)")
    reported = {"input_arrangements": (("NHWC", "NCHW"),), "output_arrangements": (("NHWC", "NCHW"),)}
    assert check(image, right, IMAGE, to="torch", **reported).verdict == "equal"
    turned = {"input_arrangements": (("NHWC", "NCWH"),), "output_arrangements": (("NHWC", "NCHW"),)}
    assert check(image, right, IMAGE, to="torch", **turned).verdict == "different"


MORE = TORCH.replace("self.fc =", "self.spare = nn.Linear(2, 2); self.fc =")
USED = MORE.replace("nn.Linear(2, 2)", "nn.Linear(5, 4)").replace("self.fc(x)", "self.fc(x) + {}self.spare(x)")
CONV = TORCH.replace("nn.Linear(5, 4)", "nn.Conv1d(5, 4, 1)").replace("self.fc(x)", "self.fc(x[..., None])[..., 0]")


@pytest.mark.parametrize(
    ("translated", "message"),
    [
        (MORE, "spare: missing in Keras"),
        (TORCH.replace("5, 4", "5, 4, bias=False"), "bias: left over in Keras, shape [4]"),
        (CONV, "fc: expected keras.layers.Conv1D"),
        (TORCH.replace("nn.Linear(5, 4)", "lambda x: x[:, :4]"), "kernel: left over in Keras"),
        (TORCH.replace("return", "raise KeyError('lost')\n        return"), "the translation raised KeyError: lost"),
        ("def Net(): return lambda x: x", "the source has weights, the other side is a function without"),
    ],
)
def test_what_cannot_be_compared_is_told(check: Check, translated: str, message: str) -> None:
    result = check(KERAS, translated, "x: float32[N,5]", to="torch")
    assert result.verdict == "failed"
    assert message in result.message


@pytest.mark.parametrize(("text", "message"), [
    ("raise ValueError('boom')", r"the source raised ValueError: boom \(source.py:11\)"),
    ("return x.nothing", r"the source raised AttributeError: .*nothing.* \(source.py:11\)"),
    ("import sys; sys.exit(3)", r"the source called sys.exit\(3\)"),
])  # fmt: skip
def test_what_the_source_raises_is_told_in_one_line(check: Check, text: str, message: str) -> None:
    result = check(target("pass", text), TORCH, "x: float32[N,5]", to="torch")
    assert result.verdict == "failed"
    assert re.fullmatch(message, result.message), result.message


def test_a_layer_that_the_source_does_not_use(check: Check) -> None:
    spare = KERAS.replace("self.fc =", "self.spare = layers.Dense(3); self.fc =")
    result = check(spare, MORE, "x: float32[N,5]", to="torch")
    assert result.verdict == "equal", result.message
    assert any("not used by the source" in note and "spare.weight" in note for note in result.notes)
    assert check(spare, USED.format("0 * "), "x: float32[N,5]", to="torch").verdict == "equal"
    assert check(spare, USED.format(""), "x: float32[N,5]", to="torch").message.startswith("output")
    learns = USED.format("self.spare(x) - self.spare(x).detach() + 0 * ")
    assert check(spare, learns, "x: float32[N,5]", to="torch").message.startswith("gradient of")
    weight_only = USED.format("(self.spare.weight - self.spare.weight.detach()).sum() + 0 * ")
    assert check(spare, weight_only, "x: float32[N,5]", to="torch").message.startswith("gradient of spare.weight")


def test_a_frozen_normalisation_of_keras_keeps_its_statistics(check: Check) -> None:
    frozen = target("self.bn = layers.BatchNormalization(); self.bn.trainable = False", "return self.bn(x)")
    init = "self.bn = nn.BatchNorm2d(3, eps=1e-3, momentum=0.01); self.bn.requires_grad_(False)"
    result = check(frozen, source(init, "return self.bn(x)"), IMAGE, to="torch")
    assert result.verdict == "different"
    assert result.message.startswith("training output")
    assert check(frozen, source(init, "self.bn.eval(); return self.bn(x)"), IMAGE, to="torch").verdict == "equal"


def test_a_buffer_that_is_random_at_first_is_no_difference_and_another_one_is(check: Check) -> None:
    init = "self.table = self.add_weight(shape=(5,), trainable=False, initializer='{}', name='table')"
    noise = source("self.register_buffer('table', torch.randn(5))", "return x + self.table")
    body = "return x + self.table"
    assert check(target(init.format("random_normal"), body), noise, "x: float32[N,5]", to="torch").verdict == "equal"
    result = check(target(init.format("ones"), body), noise, "x: float32[N,5]", to="torch")
    assert result.message.startswith("initial value of buffer table")


def test_sizes_that_differ_are_made_small(check: Check) -> None:
    odd = TORCH.replace("return self.fc(x)", "x = self.fc(x); return x + 1 if x.shape[1] > 9 else x")
    result = check(KERAS, odd, "x: float32[N,T,5]", to="torch", examples=20)
    assert result.failing_sizes == {"N": 1, "T": 10}


def test_a_buffer_that_is_assigned_to_is_followed(check: Check) -> None:
    keras = target(
        "self.seen = self.add_weight(shape=(5,), trainable=False, initializer='zeros', name='seen')",
        "training and self.seen.assign(self.seen + ops.mean(x, 0)); return x + self.seen",
    )
    init = "self.register_buffer('seen', torch.zeros(5))"
    body = "if self.training: self.seen = self.seen + {}x.detach().mean(0); return x + self.seen"
    body = body.replace("; return", "\n        return")
    assert check(keras, source(init, body.format("")), "x: float32[N,5]", to="torch").verdict == "equal"
    result = check(keras, source(init, body.format("2 * ")), "x: float32[N,5]", to="torch")
    assert result.verdict == "different"
