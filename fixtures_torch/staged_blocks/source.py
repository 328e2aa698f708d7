"""A network in stages: settings of blocks in dictionaries, downsampling layers in a list, normalization at the end."""

import keras
from keras import layers

STAGES = [
    {"kernel_size": 3, "expansion": 2},
    {"kernel_size": 5, "expansion": 4},
]


def block(x, filters, kernel_size=7, expansion=1, name=None):
    """A depthwise convolution, then two dense layers over the channels."""
    shortcut = x
    x = layers.Conv2D(filters, kernel_size, padding="same", groups=filters, name=f"{name}_depthwise")(x)
    x = layers.LayerNormalization(epsilon=1e-6, name=f"{name}_norm")(x)
    x = layers.Dense(expansion * filters, name=f"{name}_expand")(x)
    x = layers.Activation("gelu")(x)
    x = layers.Dense(filters, name=f"{name}_project")(x)
    return layers.Add()([shortcut, x])


def staged_network(filters=(8, 12), depths=(1, 2), pooling=None):
    inputs = keras.Input((None, None, 3))

    downsample_layers = [
        keras.Sequential(
            [
                layers.Conv2D(filters[0], 4, strides=4),
                layers.LayerNormalization(epsilon=1e-6),
            ]
        )
    ]
    for number in filters[1:]:
        downsample_layers.append(
            keras.Sequential(
                [
                    layers.LayerNormalization(epsilon=1e-6),
                    layers.Conv2D(number, 2, strides=2),
                ]
            )
        )

    x = inputs
    for i, settings in enumerate(STAGES):
        x = downsample_layers[i](x)
        for j in range(depths[i]):
            x = block(x, filters[i], name=f"stage{i}_block{j}", **settings)

    # with or without a place for each pixel
    if pooling == "avg":
        x = layers.GlobalAveragePooling2D()(x)
    x = layers.LayerNormalization(epsilon=1e-6)(x)
    return keras.Model(inputs, x)
