import keras
from keras import layers, ops


class Running(layers.Layer):
    def __init__(self, momentum=0.9, **kwargs):
        super().__init__(**kwargs)
        self.momentum = momentum

    def build(self, input_shape):
        self.mean = self.add_weight(shape=(input_shape[-1],), initializer="zeros", trainable=False, name="mean")

    def call(self, x, training=None):
        if training:
            mean = ops.mean(x, axis=(0, 1, 2))
            self.mean.assign(self.momentum * self.mean + (1 - self.momentum) * mean)
            return x - mean
        return x - self.mean


class Gate(layers.Layer):
    def __init__(self, channels, ratio=2, **kwargs):
        super().__init__(**kwargs)
        self.squeeze = layers.Dense(channels // ratio, activation="relu")
        self.excite = layers.Dense(channels, activation="sigmoid")

    def call(self, x):
        return x * self.excite(self.squeeze(ops.mean(x, axis=(1, 2), keepdims=True)))


def make():
    inputs = keras.Input((None, None, 4))
    x = layers.Conv2D(8, 1)(inputs)
    x = Running()(x)
    x = Gate(8)(x)
    x = Gate(8, ratio=4)(x)
    return keras.Model(inputs, layers.Conv2D(2, 1)(x))
