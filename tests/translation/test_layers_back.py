"""Single layers of Keras, translated to PyTorch and run on both sides: outputs, gradients, training mode, weights."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pytest

from translate.translation import translate

VECTORS, SEQUENCES, IMAGES, VOLUMES = (6,), (9, 4), (6, 7, 3), (4, 5, 4, 2)
LAYERS: list[tuple[tuple[int, ...], str]] = [
    (IMAGES, "Conv2DTranspose(4, 3)"),
    (IMAGES, "Conv2DTranspose(4, 3, strides=2, padding='same', activation='relu')"),
    (IMAGES, "Conv2DTranspose(4, 4, strides=(2, 2), padding='same', use_bias=False)"),
    (IMAGES, "Conv2DTranspose(4, 5, padding='same')"),
    (IMAGES, "Conv2DTranspose(4, 2, strides=3)"),
    (IMAGES, "Conv2DTranspose(4, 2, strides=3, padding='same')"),
    (IMAGES, "Conv2DTranspose(4, (5, 3), strides=3, padding='same')"),
    (IMAGES, "Conv2DTranspose(4, (5, 2), strides=(3, 1), padding='same')"),
    (IMAGES, "Conv2DTranspose(4, 3, strides=2, padding='same', output_padding=1)"),
    (IMAGES, "Conv2DTranspose(4, 3, strides=2, padding='same', output_padding=0)"),
    (IMAGES, "Conv2DTranspose(4, 3, strides=2, output_padding=1)"),
    (SEQUENCES, "Conv1DTranspose(4, 3, strides=2, padding='same')"),
    (VOLUMES, "Conv3DTranspose(4, 3, strides=2, padding='same')"),
    (SEQUENCES, "Conv1D(4, 2, padding='causal', dilation_rate=4, activation='relu')"),
    (SEQUENCES, "Conv1D(4, (3,), padding='causal', strides=2)"),
    (VOLUMES, "Conv3D(4, 3, padding='same', strides=2)"),
    (SEQUENCES, "SeparableConv1D(4, 3, padding='same', depth_multiplier=2)"),
    (SEQUENCES, "DepthwiseConv1D(3, padding='same', depth_multiplier=2)"),
    (IMAGES, "UpSampling2D((2, 3), interpolation='bilinear')"),
    (VOLUMES, "UpSampling3D((1, 2, 2))"),
    (IMAGES, "Resizing(8, 5)"),
    (IMAGES, "Resizing(4, 9, interpolation='nearest')"),
    (VOLUMES, "Cropping3D(1)"),
    (VOLUMES, "ZeroPadding3D((1, 2, 1))"),
    (IMAGES, "ZeroPadding2D(((3, 3), (3, 3)))"),
    (IMAGES, "ZeroPadding2D(((0, 1), (2, 3)))"),
    (IMAGES, "ZeroPadding2D((1, 2))"),
    (IMAGES, "Conv2D(4, 1, strides=2, padding='same')"),
    (IMAGES, "Conv2D(4, 3, strides=2, padding='same' if len('a') == 1 else 'valid')"),
    (IMAGES, "DepthwiseConv2D(3, strides=2, padding='same' if len('a') > 1 else 'valid', depth_multiplier=2)"),
    (VECTORS, "RepeatVector(3)"),
    (IMAGES, "Permute((3, 1, 2))"),
    (VOLUMES, "GlobalAveragePooling3D()"),
    (VOLUMES, "GlobalMaxPooling3D(keepdims=True)"),
    (IMAGES, "LeakyReLU(alpha=0.1)"),
    (IMAGES, "PReLU(shared_axes=[1, 2])"),
    (SEQUENCES, "PReLU(shared_axes=[1])"),
    (VECTORS, "PReLU()"),
    (IMAGES, "ReLU(negative_slope=0.1)"),
    (IMAGES, "ReLU(max_value=1.0, negative_slope=0.1, threshold=0.5)"),
    (IMAGES, "GaussianNoise(0.1)"),
    (IMAGES, "GaussianDropout(0.1)"),
    (IMAGES, "AlphaDropout(0.1)"),
    (VOLUMES, "SpatialDropout3D(0.1)"),
    (IMAGES, "GroupNormalization(groups=3)"),
    (IMAGES, "GroupNormalization(groups=-1, center=False, scale=False)"),
    (VECTORS, "GroupNormalization(groups=2)"),
    (SEQUENCES, "LayerNormalization(scale=False)"),
    (SEQUENCES, "LayerNormalization(center=False)"),
    (IMAGES, "LayerNormalization(center=False, scale=False)"),
    (SEQUENCES, "RMSNormalization()"),
    (IMAGES, "UnitNormalization(axis=(1, 2))"),
    (IMAGES, "BatchNormalization(center=False)"),
    (VOLUMES, "BatchNormalization(center=False, scale=False)"),
]
LAYERS += [(IMAGES, "GlobalAveragePooling2D(keepdims=True), layers.Flatten(), layers.Dense(2)")]
CHANNELS_FIRST = """Conv2D(4, 3, padding='same', data_format='channels_first', activation='softmax'),
    layers.BatchNormalization(axis=1),
    layers.ZeroPadding2D(((1, 0), (2, 1)), data_format='channels_first'),
    layers.Conv2DTranspose(5, 3, strides=2, padding='same', data_format='channels_first'),
    layers.MaxPooling2D(2, data_format='channels_first'),
    layers.DepthwiseConv2D(3, data_format='channels_first'),
    layers.UpSampling2D(2, data_format='channels_first'),
    layers.GlobalAveragePooling2D(data_format='channels_first')"""
LAYERS += [
    (IMAGES, CHANNELS_FIRST),
    (SEQUENCES, "Conv1D(4, 3, data_format='channels_first'), layers.Flatten(), layers.Dense(2)"),
    (VOLUMES, "AveragePooling3D(1, data_format='channels_first'), layers.Dense(2)"),
]
LAYERS += [
    (SEQUENCES, layer)
    for layer in (
        "LSTM(3)",
        "LSTM(3, return_sequences=True, use_bias=False)",
        "LSTM(3, return_sequences=True, go_backwards=True)",
        "Bidirectional(layers.LSTM(3))",
        "Bidirectional(layers.LSTM(3, return_sequences=True), merge_mode='mul')",
        "GRU(3)",
        "GRU(3, return_sequences=True), layers.LSTM(4), layers.Dense(2)",
        "Bidirectional(layers.GRU(3, return_sequences=True)), layers.Bidirectional(layers.GRU(2), merge_mode='ave')",
        "SimpleRNN(3, activation='relu')",
        "LSTM(3, activation='relu', recurrent_activation='hard_sigmoid')",
        "GRU(3, activation='elu', return_sequences=True, use_bias=False)",
        "GRU(3, reset_after=False)",
        "Bidirectional(layers.SimpleRNN(3), merge_mode='sum')",
        "EinsumDense('abc,cd->abd', output_shape=(None, 5), bias_axes='d')",
        "EinsumDense('...c,cde->...de', output_shape=(2, 5), bias_axes='e', activation='relu')",
        "EinsumDense('abc,cde->abde', (None, 2, 3)), layers.EinsumDense('abde,def->abf', (None, 4))",
        "LSTM(3, return_sequences=True), layers.TimeDistributed(layers.Dense(4, activation='softmax'))",
    )
]
FUNCTIONAL = {
    "states": "y, h, c = layers.LSTM(3, return_state=True)(x)\ny = [y, h, c]",
    "states of both directions": "gru = layers.GRU(3, return_sequences=True, return_state=True)\n"
    "y, h, b = layers.Bidirectional(gru)(x)\n"
    "y = layers.Bidirectional(layers.GRU(3))(y, initial_state=[b, h])",
    "initial states": "_, h, c = layers.LSTM(3, return_state=True)(x)\n"
    "y = layers.LSTM(3, return_sequences=True)(x, initial_state=[h, c])",
    "attention": "y = layers.MultiHeadAttention(2, 3, dropout=0.1)(x, x, use_causal_mask=True)",
    "attention of other sizes": "z = layers.Dense(5)(x)\n"
    "y = layers.MultiHeadAttention(2, 3, value_dim=4, use_bias=False)(x, z, key=layers.Dense(3)(x))",
    "attention to another size": "attention = layers.MultiHeadAttention(2, 3, output_shape=7)\n"
    "y, s = attention(x, x, return_attention_scores=True)\n"
    "y = [layers.Dense(2)(y), s]",
    "normalization of what nothing tells the number of axes of": "x = layers.GlobalMaxPooling1D()(x)\n"
    "y = layers.BatchNormalization()(layers.Dense(3)(x))",
    "initial values of several weights": "y = layers.LSTM(3, kernel_initializer='zeros', bias_initializer='ones')(x)",
    "attention by products": "y = layers.Attention(use_scale=True)([x, x], use_causal_mask=True)",
    "attention by sums": "y = layers.AdditiveAttention()([x, layers.Dense(4)(x)])",
}
SUBCLASSED = {
    "layers": (
        "self.rnn = layers.Bidirectional(layers.LSTM(3))\nself.norm = layers.LayerNormalization()",
        "x = self.rnn(x, training=training)\nreturn self.norm(x)",
    ),
    "a state that may be none": (
        "self.rnn = layers.GRU(3, return_state=True)",
        "y, h = self.rnn(x, initial_state=state)\nreturn self.rnn(x, initial_state=h)[0] + y",
    ),
    "any number of states": (
        "self.rnn = layers.LSTM(3, return_state=True)",
        "y, *states = self.rnn(x)\nreturn self.rnn(x, initial_state=states)",
    ),
    "attention": (
        "self.attention = layers.MultiHeadAttention(2, 3)",
        "return self.attention(query=x, value=x, attention_mask=ops.expand_dims(x[:, :, 0] > 0, 1))",
    ),
    "attention where some see nothing": (
        "self.plain = layers.MultiHeadAttention(2, 3)\nself.dropping = layers.MultiHeadAttention(2, 3, dropout=0.2)",
        "seen = x[:, :, :1] > 0\n"
        "y, weights = self.plain(x, x, attention_mask=seen, return_attention_scores=True)\n"
        "z = self.plain(x, x, attention_mask=seen)\n"
        "return y, weights, z, self.dropping(x, x, attention_mask=seen, use_causal_mask=True)",
    ),
}
ALONG_AXES = """import keras
from keras import layers


class Net(keras.Model):
    def __init__(self, axes=(2, 1)):
        super().__init__()
        self.planes = layers.MultiHeadAttention(2, 3, attention_axes=(1, 3), dropout=0.1, output_shape=2)
        self.turned = layers.MultiHeadAttention(2, 3, attention_axes=axes)
        self.rows = layers.MultiHeadAttention(2, 3, attention_axes=1)
        self.columns = layers.MultiHeadAttention(2, 3, attention_axes=[-2])
        self.whole = layers.MultiHeadAttention(2, 3)
        self.sequence = layers.MultiHeadAttention(2, 3, attention_axes=(1,))

    def call(self, x):
        y, weights = self.planes(x, x, return_attention_scores=True)
        y = self.turned(y, y[:, 1:])
        z = self.rows(y[:, 0], y[:, 1], attention_mask=y[:, 0, :, :1, 0] > 0, use_causal_mask=True)
        z = self.columns(z, z[:, :, 1:], key=z[:, :, :-1])
        all_seen = z[:, :, :, 0, None, None] > 0
        z, more = self.whole(z, z, attention_mask=all_seen, return_attention_scores=True)
        return z, weights, more, self.sequence(z[:, 0], z[:, 0], attention_mask=z[:, 0, :, :1] > 0)
"""
MERGED = [
    ("layers.Dot(axes=2)", ("5,3", "4,3")),
    ("layers.Dot(axes=(2, 1))", ("5,3", "3,4")),
    ("layers.Dot(axes=-1, normalize=True)", ("5", "5")),
    ("layers.Minimum()", ("5,4,3", "5,4,3")),
]
REPORTED = {
    "UpSampling2D(2, interpolation='bicubic')": "T102",
    "Resizing(4, 5, crop_to_aspect_ratio=True)": "T102",
    "LayerNormalization(axis=1)": "T102",
    "Flatten(data_format='channels_first')": "T102",
    "Flatten('channels_first')": "T102",
    "MaxPooling2D(2, 2, 'valid', 'channels_first')": "T102",
    "Lambda(lambda x: tf.nn.max_pool2d(x, 2, 2, 'VALID', data_format='NCHW'))": "T102",
    "PReLU()": "T102",
    "Masking()": "T101",
    "ActivityRegularization(0.1)": "T101",
    "GroupNormalization(groups=3, scale=False)": "T102",
    "LSTM(3, recurrent_dropout=0.1)": "T102",
    "LSTM(3, stateful=True)": "T102",
    "GRU(3, dropout=0.1)": "T102",
    "Bidirectional(layers.LSTM(3), merge_mode=None)": "T102",
    "ConvLSTM2D(3, 3)": "T101",
    "Bidirectional(layers.ConvLSTM2D(3, 3))": "T102",
    "Bidirectional(layers.LSTM(3, recurrent_dropout=0.1))": "T102",
    "Bidirectional(layers.GRU(3, stateful=True))": "T102",
    "SimpleRNN(3, recurrent_dropout=0.1)": "T102",
    "RNN(layers.LSTMCell(3))": "T101",
    "RNN([layers.GRUCell(3), layers.SimpleRNNCell(3)], return_sequences=True)": "T101",
    "RNN(layers.StackedRNNCells([layers.GRUCell(3)]))": "T101",
}
CALLS_REPORTED = {
    "a cell": ("layers.LSTMCell(3)", "self.layer(x, state)[0]", "T101"),
    "another cell": ("layers.GRUCell(3)", "self.layer(x, state)[0]", "T101"),
    "a layer of a cell": ("layers.RNN(layers.GRUCell(3))", "self.layer(x, initial_state=state)", "T101"),
    "states that are reset": ("layers.LSTM(3)", "self.layer(x) + self.layer.reset_states()", "T101"),
    "states that are kept if asked": ("layers.LSTM(3, stateful=kept)", "self.layer(x)", "T102"),
    "a mask of the query": ("layers.MultiHeadAttention(2, 3)", "self.layer(x, x, x, x[:, :, 0] > 0)", "T102"),
    "a mask of the values": ("layers.MultiHeadAttention(2, 3)", "self.layer(x, x, value_mask=x[:, :, 0] > 0)", "T102"),
    "masks of products": ("layers.Attention()", "self.layer([x, x], [None, x[:, :, 0] > 0])", "T102"),
    "arguments of products by position": ("layers.Attention()", "self.layer([x, x], None, True)", "T102"),
    "a gate": ("layers.MultiHeadAttention(2, 3, use_gate=True)", "self.layer(x, x)", "T102"),
    "a window": ("layers.MultiHeadAttention(2, 3, sliding_window=2)", "self.layer(x, x)", "T102"),
    "several output axes": ("layers.MultiHeadAttention(2, 3, output_shape=(2, 3))", "self.layer(x, x)", "T102"),
    "grouped queries": ("layers.GroupQueryAttention(2, 4, 2)", "self.layer(x, x)", "T101"),
}


def sequential(shape: tuple[int, ...], layer: str) -> str:
    before = "import keras\nimport tensorflow as tf\nfrom keras import layers\n\n\n"
    return f"{before}model = keras.Sequential([keras.Input({shape}), layers.{layer}])\n"


def verdict(source: str, inputs: list[str], folder: Path) -> str:
    """Of the translation of ``model`` in ``source``."""
    pytest.importorskip("torch")
    pytest.importorskip("keras")
    from translate.verify import Options
    from translate.verify.check import compare_models

    done = translate(source, to="torch")
    assert done.complete, done.diagnostics
    before, after = folder / "source.py", folder / "translated.py"
    before.write_text(source, encoding="utf-8")
    after.write_text(done.code, encoding="utf-8")
    options = Options(to="torch", translated_model=done.classes.get("model", "model"), examples=1)
    result = compare_models(before, after, "model", tuple(inputs), options)
    return result.verdict if result.verdict == "equal" else result.message


def of_shape(name: str, shape: object) -> str:
    return f"{name}: float32[N,{str(shape).strip('(),').replace(' ', '')}]"


@pytest.mark.parametrize(("shape", "layer"), LAYERS, ids=[layer for _, layer in LAYERS])
def test_computes_the_same(shape: tuple[int, ...], layer: str, tmp_path: Path) -> None:
    assert verdict(sequential(shape, layer), [of_shape("x", shape)], tmp_path) == "equal"


@pytest.mark.parametrize(("layer", "shapes"), MERGED, ids=[layer for layer, _ in MERGED])
def test_merges_the_same(layer: str, shapes: tuple[str, str], tmp_path: Path) -> None:
    a, b = shapes
    text = (
        "import keras\nfrom keras import layers\n\n\n"
        f"a, b = keras.Input(({a},)), keras.Input(({b},))\nmodel = keras.Model([a, b], {layer}([a, b]))\n"
    )
    assert verdict(text, [of_shape("a", a), of_shape("b", b)], tmp_path) == "equal"


@pytest.mark.parametrize("name", FUNCTIONAL)
def test_functional_model_computes_the_same(name: str, tmp_path: Path) -> None:
    text = (
        "import keras\nfrom keras import layers\n\n\n"
        f"x = inputs = keras.Input({SEQUENCES})\n{FUNCTIONAL[name]}\nmodel = keras.Model(inputs, y)\n"
    )
    assert verdict(text, [of_shape("x", SEQUENCES)], tmp_path) == "equal"


@pytest.mark.parametrize("name", SUBCLASSED)
def test_subclassed_model_computes_the_same(name: str, tmp_path: Path) -> None:
    init, call = (text.replace("\n", "\n        ") for text in SUBCLASSED[name])
    text = (
        "import keras\nfrom keras import layers, ops\n\n\nclass Net(keras.Model):\n    def __init__(self):\n"
        f"        super().__init__()\n        {init}\n\n    def call(self, x, state=None, training=False):\n"
        f"        {call}\n\n\nmodel = Net()\n"
    )
    assert verdict(text, [of_shape("x", SEQUENCES)], tmp_path) == "equal"


def test_attention_along_some_axes(tmp_path: Path) -> None:
    assert verdict(ALONG_AXES + "\n\nmodel = Net()\n", ["x: float32[N,3,4,5,6]"], tmp_path) == "equal"


@pytest.mark.parametrize("name", CALLS_REPORTED)
def test_a_call_that_is_not_translated_is_told(name: str) -> None:
    layer, call, told = CALLS_REPORTED[name]
    text = (
        "import keras\nfrom keras import layers\n\n\nclass Net(keras.Model):\n    def __init__(self, kept):\n"
        f"        super().__init__()\n        self.layer = {layer}\n\n    def call(self, x, state=None):\n"
        f"        return {call}\n"
    )
    assert told in {d.code for d in translate(text, to="torch").diagnostics if not d.is_note}


@pytest.mark.parametrize("layer", REPORTED)
def test_what_is_not_translated_is_told(layer: str) -> None:
    found = {d.code for d in translate(sequential(IMAGES, layer), to="torch").diagnostics if not d.is_note}
    assert REPORTED[layer] in found


@pytest.mark.parametrize(("layer", "told"), [("LSTM(3)", {"T102"}), ("Conv1D(3, 3)", set[str]())])
def test_a_mask_is_told_where_it_would_be_looked_at(layer: str, told: set[str]) -> None:
    text = sequential((5,), f"Embedding(7, 4, mask_zero=True), layers.{layer}")
    assert {d.code for d in translate(text, to="torch").diagnostics if not d.is_note} == told


def test_a_class_that_is_called_like_a_helper(tmp_path: Path) -> None:
    text = (
        "import keras\nfrom keras import layers\n\n\nclass MultiHeadAttention(layers.Layer):\n    def __init__(self):\n"
        "        super().__init__()\n        self.inner = layers.MultiHeadAttention(2, 3)\n"
        "        self.out = layers.Dense(3)\n\n    def call(self, x):\n        return self.out(self.inner(x, x))\n\n\n"
        f"inputs = keras.Input({SEQUENCES})\nmodel = keras.Model(inputs, MultiHeadAttention()(inputs))\n"
    )
    assert verdict(text, [of_shape("x", SEQUENCES)], tmp_path) == "equal"
