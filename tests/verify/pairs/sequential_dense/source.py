import keras
from keras import layers


def make(units=32, classes=3):
    return keras.Sequential(
        [
            keras.Input((7,)),
            layers.Dense(units, activation="relu"),
            layers.Dropout(0.4),
            layers.Dense(units, activation="tanh", use_bias=False),
            layers.Dense(classes, activation="softmax"),
        ]
    )
