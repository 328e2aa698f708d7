from keras import layers
from keras import backend as K
from keras.models import Model
from keras.regularizers import l2


def conv_bn(x, nb_filter, nb_row, nb_col, border_mode="same", subsample=(1, 1), name=None):
    if K.image_data_format() == "channels_first":
        channel_axis = 1
    else:
        channel_axis = -1
    x = layers.Conv2D(
        nb_filter,
        (nb_row, nb_col),
        strides=subsample,
        padding=border_mode,
        kernel_initializer="he_normal",
        kernel_regularizer=l2(1e-4),
        use_bias=False,
        name=name,
    )(x)
    x = layers.BatchNormalization(axis=channel_axis)(x)
    return layers.LeakyReLU(negative_slope=0.1)(x)


def net(nb_classes=5):
    inputs = layers.Input((16, 16, 3))
    x = conv_bn(inputs, 8, 3, 3, subsample=(2, 2))
    y = conv_bn(x, 8, 1, 1, border_mode="valid")
    x = layers.add([x, y])
    y = conv_bn(x, 4, 3, 3)
    x = layers.concatenate([x, y], axis=-1)
    x = layers.MaxPooling2D(pool_size=(2, 2), strides=(2, 2), padding="valid")(x)
    x = layers.Dropout(rate=0.5)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(units=16, activation="relu")(x)
    out = layers.Dense(nb_classes, activation="softmax")(x)
    return Model(inputs=inputs, outputs=out)
