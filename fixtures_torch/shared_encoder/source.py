import tensorflow as tf
from tensorflow.keras import Model
from tensorflow.keras.layers import Conv2D, Dense, Flatten, Input, Lambda, LeakyReLU, Subtract


def make_encoder(shape, units):
    image = Input(shape)
    x = Conv2D(4, 3, strides=2, padding="valid")(image)
    x = LeakyReLU(0.1)(x)
    x = Flatten()(x)
    code = Dense(units, activation="sigmoid")(x)
    return Model(image, code, name="encoder")


def siamese(shape=(9, 9, 1), units=6):
    """Whether two images show the same: one encoder for both."""
    encoder = make_encoder(shape, units)
    first, second = Input(shape), Input(shape)
    distance = Subtract()([encoder(first), encoder(second)])
    distance = Lambda(lambda t: tf.abs(t))(distance)
    judge = Dense(4, activation="tanh", name="judge")
    once = judge(distance)
    twice = judge(distance * 0.5)
    return Model([first, second], Dense(1, activation="sigmoid")(once + twice))
