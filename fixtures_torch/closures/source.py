from keras import Input, Model, layers


def convolution(filters, stride=1, name=""):
    def apply(x):
        x = layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False, name=name + "_conv")(x)
        x = layers.BatchNormalization(momentum=0.9, name=name + "_bn")(x)
        return layers.ReLU(6.0, name=name + "_relu")(x)

    return apply


def block(filters, expansion, stride, name):
    def apply(x):
        inputs = x
        channels = x.shape[-1]
        x = convolution(channels * expansion, 1, name + "_expand")(x)
        x = layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False, name=name + "_depthwise")(x)
        x = layers.Conv2D(filters, 1, use_bias=False, name=name + "_project")(x)
        if stride == 1 and channels == filters:
            x = layers.Add(name=name + "_add")([inputs, x])
        return x

    return apply


def stack(x, make, filters, count, name):
    for i in range(count):
        x = make(filters, 2, 2 if i == 0 else 1, f"{name}_block{i}")(x)
    return x


def mobile(classes=4):
    inputs = Input((None, None, 3))
    x = convolution(4, 2, "stem")(inputs)
    x = stack(x, block, 6, 2, "stage1")
    x = stack(x, block, 8, 2, "stage2")
    x = layers.GlobalAveragePooling2D(keepdims=True)(x)
    x = layers.Conv2D(classes, 1, name="logits")(x)
    outputs = layers.Reshape((classes,))(x)
    return Model(inputs, outputs)
