import keras
from keras import layers


def make():
    inputs = keras.Input((None, None, None, 2))
    x = layers.Conv3D(3, 3, padding="same", activation="elu")(inputs)
    x = layers.MaxPooling3D(2, padding="same")(x)
    return keras.Model(inputs, layers.AveragePooling3D(2, strides=1, padding="same")(x))
