import keras
from keras import layers, ops


def stem():
    return keras.Sequential([layers.Conv2D(4, 3, name="conv"), layers.LeakyReLU()], name="stem")


def encoder(size):
    inputs = keras.Input((12, 14, 3))
    x = stem()(inputs)
    x = layers.GlobalMaxPooling2D()(x)
    return keras.Model(inputs, layers.Dense(size)(x), name="encoder")


def siamese():
    left, right = keras.Input((12, 14, 3)), keras.Input((12, 14, 3))
    encode = encoder(6)
    a, b = encode(left), encode(right)
    distance = ops.abs(a - b)
    return keras.Model([left, right], layers.Dense(1, activation="sigmoid")(distance))
