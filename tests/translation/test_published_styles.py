"""Idioms of published Keras code, one small model each: translated to PyTorch, and run on both sides."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pytest

from translate.translation import translate

IMPORTS = "import tensorflow as tf\nfrom tensorflow import keras\nfrom tensorflow.keras import layers\n\n\n"
IMAGE = "x: float32[N,8,8,3]"

STYLES = {
    "tensors of a list that grew are added": (
        """
def net(widths):
    inputs = keras.Input((None, None, 3))
    skips = []
    x = inputs
    for width in widths:
        x = layers.Conv2D(width, 1)(x)
        skips.append(layers.Conv2D(widths[-1], 1)(x))
    x = layers.Add()(skips)
    return keras.Model(inputs, layers.Conv2D(5, 1)(layers.Maximum()([x, layers.multiply(skips)])))
""",
        "net([3, 4])",
        IMAGE,
    ),
    "activations that are passed in": (
        """
def down(x, filters, activation, size=3):
    x = layers.Conv2D(filters, size, padding="same")(x)
    if activation:
        x = activation(x)
    return x


def residual(x, activation):
    channels = x.shape[-1]
    y = layers.Conv2D(channels, 3, padding="same")(x)
    return layers.add([x, activation(y)])


def net():
    inputs = keras.Input((None, None, 3))
    x = down(inputs, 4, None)
    x = down(x, 4, activation=layers.LeakyReLU(0.2))
    x = residual(x, layers.Activation("tanh"))
    model = keras.Model(inputs, down(x, 5, layers.ReLU()))
    model.compile(optimizer="adam", loss="mse")
    model.summary()
    return model
""",
        "net()",
        IMAGE,
    ),
    "a script with layers of its own, sized lazily": (
        """
class Scaled(layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.dense = layers.Dense(units)

    def call(self, x):
        return 2.0 * self.dense(x)


inputs = layers.Input(shape=(8, 8, 3))
block = Scaled(4)
x = block(inputs)
model = keras.Model(inputs=inputs, outputs=layers.Dense(2)(x), name="scaled")
model.summary()
model.compile(loss="mse")
""",
        "model",
        IMAGE,
    ),
    "chains of a function, sized lazily": (
        """
def up(filters, size=4):
    model = keras.Sequential()
    model.add(layers.Conv2DTranspose(filters, size, strides=2, padding="same", use_bias=False))
    model.add(layers.BatchNormalization())
    return model


def net():
    first, second = up(4), up(3, 3)
    inputs = keras.Input((None, None, 3))
    return keras.Model(inputs, second(first(inputs)))
""",
        "net()",
        "x: float32[N,4,4,3]",
    ),
    "names of imports with *, and attention by channel": (
        """
from tensorflow.keras.layers import *
from tensorflow.keras.models import *
from tensorflow.keras.optimizers import *


def attention(x, ratio=2):
    channels = x.shape[-1]
    weight = GlobalAveragePooling2D()(x)
    weight = Reshape((1, 1, channels))(weight)
    assert weight.shape[1:] == (1, 1, channels)
    weight = Dense(channels // ratio, activation="relu")(weight)
    weight = Dense(channels, activation="sigmoid")(weight)
    return multiply([x, weight])


def net():
    inputs = Input((8, 8, 3))
    x = attention(Conv2D(4, 3, padding="same")(inputs))
    model = Model(inputs, attention(x))
    model.compile(optimizer=tf.keras.optimizers.Adam(learning_rate=1e-4), loss="mse")
    return model
""",
        "net()",
        IMAGE,
    ),
    "training that is passed on, sized lazily": (
        """
class Block(layers.Layer):
    def __init__(self, filters):
        super().__init__()
        self.conv = layers.Conv2D(filters, 3, padding="same")
        self.bn = layers.BatchNormalization()

    def call(self, inputs, training=False):
        return tf.nn.relu(self.bn(self.conv(inputs), training=training))


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.body = keras.Sequential([layers.Conv2D(4, 1), layers.BatchNormalization()])
        self.blocks = keras.Sequential()
        for filters in (4, 5):
            self.blocks.add(Block(filters))
        self.last = Block(3)

    def call(self, inputs, training=None):
        x = self.body(inputs, training=training)
        return self.last(self.blocks(x, training=training), training=training)
""",
        "Net()",
        IMAGE,
    ),
    "initializers and regularizers in variables": (
        """
start = keras.initializers.RandomNormal(mean=0.0, stddev=0.02)
decay = keras.regularizers.L2(1e-4)


def down(x, filters, kernel_initializer=start, kernel_regularizer=keras.regularizers.L2(1e-3)):
    init = tf.random_normal_initializer(0.0, 0.02)
    x = layers.Conv2D(filters, 3, kernel_initializer=init, kernel_regularizer=kernel_regularizer)(x)
    return layers.Conv2D(filters, 1, kernel_initializer=kernel_initializer)(x)


def net():
    inputs = keras.Input((None, None, 3))
    x = down(inputs, 4)
    return keras.Model(inputs, layers.Conv2D(5, 1, kernel_initializer=start, kernel_regularizer=decay)(x))
""",
        "net()",
        IMAGE,
    ),
    "scripts that use their names again, sized lazily": (
        """
class Sampling(layers.Layer):
    def __init__(self):
        super().__init__()
        self.seed_generator = keras.random.SeedGenerator(1337)

    def call(self, inputs):
        mean, log_var = inputs
        drawn = keras.random.normal(keras.ops.shape(mean), seed=self.seed_generator)
        return mean + keras.ops.exp(0.5 * log_var) * drawn


inputs = keras.Input((8, 8, 3))
x = layers.Conv2D(4, 3, strides=2, padding="same")(inputs)
x = layers.Flatten()(x)
mean = layers.Dense(2)(x)
log_var = layers.Dense(2)(x)
z = Sampling()([mean, log_var])
encoder = keras.Model(inputs, [mean, log_var, z])
latent = keras.Input((2,))
x = layers.Dense(12)(latent)
x = layers.Reshape((2, 2, 3))(x)
decoder = keras.Model(latent, layers.Conv2DTranspose(1, 3, strides=2, padding="same")(x))


class Both(keras.Model):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def call(self, x):
        mean, log_var, z = self.encoder(x)
        return self.decoder(mean)
""",
        "Both()",
        IMAGE,
    ),
    "settings in a dictionary": (
        """
COMMON = {"padding": "same", "activation": "relu"}


def net(channels):
    own = {
        "use_bias": False,
        "kernel_initializer": "orthogonal",
    }
    inputs = keras.Input((None, None, channels))
    x = layers.Conv2D(4, 3, **COMMON, **own)(layers.Conv2D(3, 1, **own)(inputs))
    return keras.Model(inputs, layers.Conv2D(5, 3, strides=2, **COMMON)(x))
""",
        "net(3)",
        IMAGE,
    ),
    "a chain that looks at itself": (
        """
def net():
    model = keras.Sequential()
    model.add(layers.Dense(12, use_bias=False, input_shape=(5,)))
    model.add(layers.Reshape((2, 2, 3)))
    assert model.output_shape == (None, 2, 2, 3)
    model.add(layers.Conv2DTranspose(2, 3, strides=2, padding="same"))
    model.compile(loss="mse", optimizer="adam")
    model.summary()
    return model
""",
        "net()",
        "x: float32[N,5]",
    ),
    "static methods that chain layers, sized lazily": (
        """
class LeNet:
    @staticmethod
    def build(width, height, depth, classes):
        model = keras.Sequential()
        shape = (height, width, depth)
        axis = -1
        if keras.backend.image_data_format() == "channels_first":
            shape = (depth, height, width)
            axis = 1
        model.add(layers.Conv2D(4, 3, padding="same", input_shape=shape))
        model.add(layers.BatchNormalization(axis=axis))
        model.add(layers.Flatten())
        model.add(layers.Dense(classes, activation="softmax"))
        return model
""",
        "LeNet.build(8, 8, 3, 5)",
        IMAGE,
    ),
    "static methods and class methods that apply layers": (
        """
def set_axes():
    global CHANNELS
    if keras.backend.image_data_format() == "channels_last":
        CHANNELS = 3
    else:
        CHANNELS = 1


class Small(object):
    \"\"\"Two blocks.\"\"\"

    @staticmethod
    def _conv(x, K, size, chan_dim, padding="same"):
        x = layers.Conv2D(K, size, padding=padding)(x)
        x = layers.BatchNormalization(axis=chan_dim)(x)
        return layers.BatchNormalization(axis=CHANNELS)(x)

    @classmethod
    def block(cls, x, filters, chan_dim):
        one = cls._conv(x, filters, 1, chan_dim)
        other = Small._conv(x, filters, (3, 3), chan_dim)
        return layers.concatenate([one, other], axis=chan_dim)

    @staticmethod
    def build(width, height, depth):
        set_axes()
        chan_dim = -1
        if keras.backend.image_data_format() == "channels_first":
            chan_dim = 1
        inputs = keras.Input((height, width, depth))
        x = Small.block(inputs, 4, chan_dim)
        return keras.Model(inputs, Small.block(x, 3, chan_dim=chan_dim))
""",
        "Small.build(8, 8, 3)",
        IMAGE,
    ),
    "an input that the caller makes": (
        """
def block(x, filters):
    return layers.ReLU()(layers.Conv2D(filters, 3, padding="same")(x))


def get_unet(img, filters=4):
    one = block(img, filters)
    two = block(layers.MaxPooling2D()(one), 2 * filters)
    up = layers.Conv2DTranspose(filters, 3, strides=2, padding="same")(two)
    out = layers.Conv2D(1, 1, activation="sigmoid")(layers.concatenate([up, one]))
    return keras.Model(inputs=[img], outputs=[out])


height, width = 8, 8
img = keras.Input((height, width, 3), name="img")
model = get_unet(img, filters=3)
model.compile(optimizer="adam", loss="mse")
""",
        "get_unet(keras.Input((8, 8, 3)), filters=2)",
        IMAGE,
    ),
    "partial calls of layers": (
        """
import functools

conv = functools.partial(layers.Conv2D, padding="same", use_bias=False)


class Same(layers.Layer):
    def build(self, input_shape):
        return super().build(input_shape)

    def call(self, x):
        return x + 1.0


def block(x, filters, stride):
    bn = functools.partial(layers.BatchNormalization, epsilon=1e-4)
    x = conv(filters, 3, strides=stride)(x)
    return Same()(bn()(conv(filters, 1, use_bias=True)(x)))


def net():
    inputs = keras.Input((None, None, 3))
    return keras.Model(inputs, block(block(inputs, 4, 2), 5, 1))
""",
        "net()",
        IMAGE,
    ),
    "methods that build models, and pooling in a loop": (
        """
class GAN(object):
    def __init__(self, latent):
        self.latent, self.shape, self.sizes = latent, (8, 8, 3), [1, 2]
        self.channels = self.shape[-1]

    def conv_block(self, x, filters, size=3):
        x = layers.Conv2D(filters + self.latent, size, padding="same")(x)
        return layers.LeakyReLU(0.1)(x)

    def build_chain(self):
        model = keras.Sequential()
        model.add(layers.Conv2D(4, 3, input_shape=self.shape))
        return model

    def build_discriminator(self, classes=2):
        latent = keras.Input(self.shape)
        pooled = []
        for size in self.sizes:
            c = self.conv_block(latent, 4, size)
            c = layers.GlobalMaxPooling2D()(c)
            pooled.append(c)
        x = layers.Concatenate()(pooled)
        return keras.Model(latent, layers.Dense(classes + self.channels)(x))
""",
        "GAN(2).build_discriminator(classes=4)",
        IMAGE,
    ),
}


@pytest.mark.parametrize("style", STYLES)
def test_computes_the_same(style: str, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("keras")
    from translate.verify import Options
    from translate.verify.check import compare_models

    text, model, *inputs = STYLES[style]
    source, target = tmp_path / "source.py", tmp_path / "translated.py"
    source.write_text(IMPORTS + text, encoding="utf-8")
    done = translate(IMPORTS + text, to="torch")
    assert done.complete, [str(d) for d in done.diagnostics if not d.is_note]
    assert ("Lazy" in done.code) == style.endswith("lazily")
    target.write_text(done.code, encoding="utf-8")
    options = Options(to="torch", examples=0, translated_model=done.made_by(model))
    result = compare_models(source, target, model, tuple(inputs), options)
    assert result.verdict == "equal", result.message


REPORTED = {
    "a layer that is told to train": "return self.drop(x, True)",
    "an array of numbers": "return x - np.array([0.4, 0.5, 0.6]) * 255",
    "a list of numbers": "return x / [1.0, 2.0, 3.0]",
    "a chain without such a method": "return self.chain.get_layer(index=0)(x)",
    "a mask by name": "return self.pool(x, mask=m)",
    "a mask by position": "return layers.Softmax()(x, m)",
    "a loss": "self.add_loss(tf.reduce_mean(x))\n        return x",
    "weights of the model": "return x * len(self.trainable_weights)",
    "layers of the model": "for one in self.layers[1:]:\n            x = one(x)\n        return x",
}


@pytest.mark.parametrize("what", REPORTED)
def test_what_would_fail_is_told(what: str) -> None:
    text = (
        f"import numpy as np\n{IMPORTS}class Net(keras.Model):\n    def __init__(self):\n        super().__init__()\n"
        "        self.drop = layers.Dropout(0.1)\n        self.chain = keras.Sequential([layers.Conv2D(3, 1)])\n"
        "        self.pool = layers.GlobalAveragePooling2D()\n\n"
        f"    def call(self, x, m):\n        x = self.chain(x)\n        {REPORTED[what]}\n"
    )
    assert not translate(text, to="torch").complete


def test_build_that_reads_other_sizes_is_told() -> None:
    text = (
        f"{IMPORTS}class Bias(layers.Layer):\n    def build(self, shape):\n"
        "        self.b = self.add_weight(shape=(shape[1], 1))\n\n    def call(self, x):\n        return x + self.b\n"
    )
    (told,) = [d for d in translate(text, to="torch").diagnostics if d.code == "T102"]
    assert told.line == 7 and "`build` of Bias" in told.message


def test_one_finding_for_a_function_that_stays() -> None:
    text = (
        f"{IMPORTS}def net():\n    inputs = keras.Input((4,))\n    first = keras.Model(inputs, inputs + 1)\n"
        "    return keras.Model(inputs=inputs, outputs=first.get_layer(index=1).output)\n"
    )
    told = [d for d in translate(text, to="torch").diagnostics if not d.is_note]
    assert [d.code for d in told][:1] == ["T106"]
    assert not any(d.message.startswith("keras.Model is not translated") for d in told)
