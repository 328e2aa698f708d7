"""Files written for Keras 1 are translated like the same in the words of today, which the fixture old_blocks proves."""

from __future__ import annotations

from pathlib import Path

import pytest

from translate.translation import translate

FIXTURE = Path(__file__).parents[2] / "fixtures_torch" / "old_blocks"
OLD = """from keras.models import Model
from keras.engine.topology import Input
from keras.layers.convolutional import Convolution2D, MaxPooling2D
from keras.layers.core import Dense, Dropout, Flatten
from keras.layers.normalization import BatchNormalization
from keras.layers.advanced_activations import LeakyReLU
from keras.layers import merge
from keras.regularizers import l2
from keras import backend as K


def conv_bn(x, nb_filter, nb_row, nb_col, border_mode="same", subsample=(1, 1), name=None):
    if K.image_dim_ordering() == "th":
        channel_axis = 1
    else:
        channel_axis = -1
    x = Convolution2D(
        nb_filter,
        nb_row,
        nb_col,
        subsample=subsample,
        border_mode=border_mode,
        init="he_normal",
        W_regularizer=l2(1e-4),
        bias=False,
        name=name,
    )(x)
    x = BatchNormalization(mode=0, axis=channel_axis)(x)
    return LeakyReLU(alpha=0.1)(x)


def net(nb_classes=5):
    inputs = Input((16, 16, 3))
    x = conv_bn(inputs, 8, 3, 3, subsample=(2, 2))
    y = conv_bn(x, 8, 1, 1, border_mode="valid")
    x = merge([x, y], mode="sum")
    y = conv_bn(x, 4, 3, 3)
    x = merge([x, y], mode="concat", concat_axis=-1)
    x = MaxPooling2D(pool_size=(2, 2), strides=(2, 2), border_mode="valid")(x)
    x = Dropout(p=0.5)(x)
    x = Flatten()(x)
    x = Dense(output_dim=16, activation="relu")(x)
    out = Dense(nb_classes, activation="softmax")(x)
    return Model(input=inputs, output=out)
"""


def plain(code: str) -> str:
    """Without the places of line breaks."""
    return code.replace("\n", "").replace(" ", "").replace(",)", ")")


def test_old_words_mean_the_same() -> None:
    old = translate(OLD, to="torch")
    assert old.complete, [str(d) for d in old.diagnostics if not d.is_note]
    assert plain(old.code) == plain((FIXTURE / "expected.py").read_text(encoding="utf-8"))


SAME = {
    "windows by name": (
        "Convolution2D(8, nb_row=3, nb_col=2, bias=False)",
        "Conv2D(8, kernel_size=(3, 2), use_bias=False)",
    ),
    "atrous": ("AtrousConvolution2D(8, 3, 3, atrous_rate=(2, 2))", "Conv2D(8, (3, 3), dilation_rate=(2, 2))"),
    "order of axes": ("MaxPooling2D((2, 2), dim_ordering='tf')", "MaxPooling2D((2, 2), data_format='channels_last')"),
    "dense": ("Dense(output_dim=3, init='he_normal')", "Dense(units=3, kernel_initializer='he_normal')"),
}
TEXT = """from keras import layers
from keras.models import Model


def net():
    inputs = layers.Input((16, 16, 3))
    x = layers.Conv2D(3, 1, {padding}="same")(inputs)
    return Model(inputs, layers.{layer}(x))
"""


@pytest.mark.parametrize("name", SAME)
def test_arguments_of_old(name: str) -> None:
    old, new = SAME[name]
    one = translate(TEXT.format(layer=old, padding="border_mode"), to="torch")
    other = translate(TEXT.format(layer=new, padding="padding"), to="torch")
    assert one.complete and other.complete, (one.diagnostics, other.diagnostics)
    assert plain(one.code) == plain(other.code)


def test_a_file_of_keras_3_is_left_alone() -> None:
    """In its words the third number of a convolution is the stride."""
    code = translate(TEXT.format(layer="Conv2D(8, 3, 2)", padding="padding"), to="torch").code
    assert "nn.Conv2d(3, 8, 3, stride=2)" in code
