import keras
from keras import layers


def make():
    inputs = keras.Input((5, None, None, 2))
    x = layers.TimeDistributed(layers.Conv2D(4, 3))(inputs)
    x = layers.TimeDistributed(layers.GlobalAveragePooling2D())(x)
    x = layers.GroupNormalization(2)(x)
    return keras.Model(inputs, layers.UnitNormalization()(x))
