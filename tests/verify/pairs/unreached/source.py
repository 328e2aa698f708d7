"""A shortcut that is made as the sizes of its inputs demand."""

import keras
from keras import layers


def network(size=16, stride=2):
    inputs = keras.Input((size, size, 3))
    x = layers.Conv2D(4, 3, strides=stride, padding="same")(inputs)
    shortcut = inputs
    if shortcut.shape[1] != x.shape[1]:
        shortcut = layers.Conv2D(4, 1, strides=stride)(shortcut)
    elif shortcut.shape[-1] != x.shape[-1]:
        shortcut = layers.Conv2D(4, 1)(shortcut)
    return keras.Model(inputs, layers.Add()([x, shortcut]))
