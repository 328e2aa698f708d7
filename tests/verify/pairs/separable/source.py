import keras
from keras import layers


def make():
    inputs = keras.Input((None, None, 3))
    x = layers.SeparableConv2D(6, 3, padding="same", depth_multiplier=2, activation="relu")(inputs)
    x = layers.BatchNormalization()(x)
    x = layers.SeparableConv2D(6, 3, use_bias=False, name="second")(x)
    return keras.Model(inputs, layers.SeparableConv2D(4, 3)(x))
