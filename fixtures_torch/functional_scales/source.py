from tensorflow.keras.layers import Concatenate, Conv2D, Conv2DTranspose, Dropout, Input, MaxPooling2D, UpSampling2D
from tensorflow.keras.models import Model


def double_conv(x, filters):
    x = Conv2D(filters, 3, activation="relu", padding="same", kernel_initializer="he_normal")(x)
    return Conv2D(filters, 3, activation="relu", padding="same", kernel_initializer="he_normal")(x)


def unet(channels=3, classes=2, base=4):
    """A U-Net with three scales."""
    inputs = Input((None, None, channels))

    # down
    c1 = double_conv(inputs, base)
    p1 = MaxPooling2D()(c1)
    c2 = double_conv(p1, base * 2)
    p2 = MaxPooling2D()(c2)

    # the bottom
    c3 = Dropout(0.3)(double_conv(p2, base * 4))

    # up
    u2 = Conv2D(base * 2, 2, activation="relu", padding="same")(UpSampling2D(size=(2, 2))(c3))
    c4 = double_conv(Concatenate(axis=3)([c2, u2]), base * 2)
    u1 = Conv2D(base, 2, activation="relu", padding="same")(UpSampling2D(size=(2, 2))(c4))
    c5 = double_conv(Concatenate(axis=3)([c1, u1]), base)
    outputs = Conv2D(classes, 1, activation="softmax")(c5)
    return Model(inputs=inputs, outputs=outputs)
