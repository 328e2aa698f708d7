import tensorflow as tf
from tensorflow.keras.layers import (
    BatchNormalization,
    Concatenate,
    Conv2D,
    Conv2DTranspose,
    Cropping2D,
    Dropout,
    Input,
    LeakyReLU,
    MaxPooling2D,
    UpSampling2D,
)
from tensorflow.keras.models import Model


def conv_block(x, filters, slope=0.1):
    for _ in range(2):
        x = Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = BatchNormalization()(x)
        x = LeakyReLU(alpha=slope)(x)
    return x


def unet(shape=(16, 24, 3), filters=4, depth=2, transposed=True, classes=2):
    inputs = Input(shape)
    x, skips = inputs, []
    for i in range(depth):
        x = conv_block(x, filters * 2**i)
        skips.append(x)
        x = MaxPooling2D(2)(x)
    x = Dropout(0.3)(conv_block(x, filters * 2**depth))
    for i in reversed(range(depth)):
        width = filters * 2**i
        if transposed:
            x = Conv2DTranspose(width, 3, strides=2, padding="same")(x)
        else:
            x = Conv2D(width, 2, padding="same")(UpSampling2D(2, interpolation="bilinear")(x))
        x = conv_block(Concatenate()([x, skips[i]]), width)
    x = Cropping2D(((2, 2), (4, 4)))(x)
    return Model(inputs, Conv2D(classes, 1, activation="softmax")(x))


model = unet()
upsampled = unet(transposed=False, depth=1)
