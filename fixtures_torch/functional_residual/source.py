import keras
from keras import layers


def conv_bn(x, filters, kernel_size=3, strides=1, activation="relu", name=None):
    """A convolution without bias, and batch normalization."""
    x = layers.Conv2D(filters, kernel_size, strides=strides, padding="same", use_bias=False, name=f"{name}_conv")(x)
    x = layers.BatchNormalization(epsilon=1.001e-5, name=f"{name}_bn")(x)
    if activation:
        x = layers.Activation(activation, name=f"{name}_{activation}")(x)
    return x


def residual_block(x, filters, strides=1, name=None):
    shortcut = x
    if strides != 1 or x.shape[-1] != filters:
        shortcut = conv_bn(x, filters, 1, strides, activation=None, name=f"{name}_0")  # to the same size
    x = conv_bn(x, filters, strides=strides, name=f"{name}_1")
    x = conv_bn(x, filters, activation=None, name=f"{name}_2")
    x = layers.Add(name=f"{name}_add")([shortcut, x])
    return layers.ReLU(name=f"{name}_out")(x)


def residual_net(stages=(8, 16), blocks=2, classes=5):
    """A small residual network."""
    inputs = keras.Input(shape=(None, None, 3))
    x = conv_bn(inputs, 8, name="stem")
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    for i, filters in enumerate(stages):
        for j in range(blocks):
            x = residual_block(x, filters, strides=2 if i and not j else 1, name=f"stage{i}_block{j}")
    x = layers.GlobalAveragePooling2D()(x)
    outputs = layers.Dense(classes, name="logits")(x)
    return keras.Model(inputs, outputs, name="residual_net")
