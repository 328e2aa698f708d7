import keras
from keras import layers


def make():
    x = inputs = keras.Input((None, None, 4))
    x = layers.DepthwiseConv2D(3, depth_multiplier=2, padding="same", activation="relu6")(x)
    x = layers.Conv2D(6, 3, strides=2, padding="same", use_bias=False)(x)
    x = layers.Conv2D(6, 3, groups=2, dilation_rate=2, padding="same")(x)
    x = layers.MaxPooling2D(2, strides=2, padding="same")(x)
    x = layers.AveragePooling2D(3, strides=1, padding="same")(x)
    x = layers.Conv2DTranspose(3, 4, strides=2, padding="same")(x)
    return keras.Model(inputs, x)
