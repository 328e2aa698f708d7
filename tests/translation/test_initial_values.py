"""Initializers on the way back: the weights that PyTorch draws have the distribution of those that Keras draws."""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pytest

from translate.translation import Translation, translate

HEAD = """import keras
from keras import initializers, layers, regularizers


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.first = layers.Dense(40)
        self.second = layers.{layer}

    def call(self, x):
        return self.second({given})
"""


def translated(layer: str, given: str = "self.first(x)") -> Translation:
    return translate(HEAD.format(layer=layer, given=given), to="torch")


DRAWN = {
    "he_normal": "'he_normal'",
    "he_uniform": "initializers.HeUniform()",
    "glorot_normal": "'glorot_normal'",
    "lecun_normal": "initializers.LecunNormal(seed=1)",
    "lecun_uniform": "'lecun_uniform'",
    "variance scaling": "initializers.VarianceScaling(scale=2.0, mode='fan_out')",
    "normal": "initializers.RandomNormal(mean=0.3, stddev=0.02)",
    "uniform": "initializers.RandomUniform(-0.2, 0.1)",
    "truncated normal": "keras.initializers.TruncatedNormal(stddev=0.02)",
    "orthogonal": "'orthogonal'",
    "constant": "initializers.Constant(0.5)",
}
BOUNDED = ("he_normal", "he_uniform", "glorot_normal", "lecun_normal", "lecun_uniform", "variance scaling", "uniform")


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("kind", ["dense", "conv"])
def test_weights_are_drawn_alike(name: str, kind: str) -> None:
    torch: Any = pytest.importorskip("torch")
    keras: Any = pytest.importorskip("keras")
    np: Any = pytest.importorskip("numpy")
    layer = "Dense(500" if kind == "dense" else "Conv1D(90, 5"
    text = f"{layer}, kernel_initializer={DRAWN[name]})"
    done = translated(text)
    assert done.complete and not any(d.code == "N201" for d in done.diagnostics)
    torch.manual_seed(0)
    keras.utils.set_random_seed(0)
    scope: dict[str, Any] = {}
    exec(done.code, scope)
    ours = np.sort(scope["Net"]().second.weight.detach().numpy().ravel())
    made = eval(f"layers.{text}", {"layers": keras.layers, "initializers": keras.initializers, "keras": keras})
    made.build((1, 8, 40))
    check_distribution(ours, np.sort(np.array(made.kernel).ravel()), bounded=name in BOUNDED)


def check_distribution(ours: Any, theirs: Any, bounded: bool) -> None:
    """Both sorted."""
    assert len(ours) == len(theirs)
    scale = theirs.std() + 1e-6
    apart = abs(ours - theirs)[len(ours) // 100 : -len(ours) // 100]
    assert apart.max() < 0.1 * scale  # quantiles, without the outermost
    assert abs(ours.std() - theirs.std()) < 0.03 * scale
    if bounded:
        assert abs(ours.max() - theirs.max()) < 0.05 * scale
        assert abs(ours.min() - theirs.min()) < 0.05 * scale


OWN = """import keras
from keras import initializers, layers


class Own(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.weight = self.add_weight(shape={shape}{initializer})

    def call(self, x):
        return x * self.weight
"""
OWN_DRAWN = {n: t for n, t in DRAWN.items() if n != "orthogonal"}
OWN_DRAWN |= {"default": "", "glorot_uniform": "'glorot_uniform'", "zeros": "'zeros'", "ones": "initializers.Ones()"}


@pytest.mark.parametrize("shape", [(40, 500), (5, 40, 90), (20_000,)])
@pytest.mark.parametrize("name", OWN_DRAWN)
def test_weights_of_a_layer_of_ones_own_are_drawn_alike(name: str, shape: tuple[int, ...]) -> None:
    torch: Any = pytest.importorskip("torch")
    keras: Any = pytest.importorskip("keras")
    np: Any = pytest.importorskip("numpy")
    given = f", initializer={OWN_DRAWN[name]}" if OWN_DRAWN[name] else ""
    source = OWN.format(shape=shape, initializer=given)
    done = translate(source, to="torch")
    assert not any(d.code == "N201" for d in done.diagnostics)
    torch.manual_seed(0)
    keras.utils.set_random_seed(0)
    scope: dict[str, Any] = {}
    exec(done.code, scope)
    before: dict[str, Any] = {}
    exec(source, before)
    ours = np.sort(scope["Own"]().weight.detach().numpy().ravel())
    bounded = name in (*BOUNDED, "default", "glorot_uniform")
    check_distribution(ours, np.sort(np.array(before["Own"]().weight).ravel()), bounded)


def test_an_initializer_that_nothing_tells_is_taken_for_the_default() -> None:
    for text in ("initializers.get(NAME)", "'orthogonal'", "initializers.VarianceScaling(distribution='uniform')"):
        done = translate(OWN.format(shape=(3, 4), initializer=f", initializer={text}"), to="torch")
        assert [d.code for d in done.diagnostics] == ["N201"], text


def test_the_weight_of_a_layer_in_a_chain_is_meant() -> None:
    code = translated("Dense(3, activation='relu', bias_initializer='ones', kernel_initializer='he_uniform')").code
    assert "nn.init.kaiming_uniform_(self.second[0].weight)" in code
    assert "nn.init.ones_(self.second[0].bias)" in code


LEFT_OUT = {
    "in a Sequential": ("N201", "Sequential([layers.Dense(3, kernel_initializer='he_normal')])"),
    "by a variable": ("N201", "Dense(3, kernel_initializer=keras.initializers.get(NAME))"),
    "depthwise": ("N201", "DepthwiseConv1D(3, depthwise_initializer='he_normal')"),
    "regularizer": ("N202", "Dense(3, kernel_regularizer=regularizers.L2(0.1))"),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_is_left_out_is_told(name: str) -> None:
    code, layer = LEFT_OUT[name]
    layer = layer if not layer.startswith("Sequential") else f"Dense(3)\n        self.second = keras.{layer}"
    done = translated(layer)
    assert code in {d.code for d in done.diagnostics}, done.code


def test_what_keras_does_anyway_needs_no_word() -> None:
    done = translated("Dense(3, kernel_initializer='glorot_uniform', bias_initializer='zeros')")
    assert not [d for d in done.diagnostics if d.code in ("N201", "N202")]
    assert "init." not in done.code
