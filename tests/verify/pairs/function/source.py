from keras import layers


def block(x, filters):
    y = layers.Conv2D(filters, 3, padding="same")(x)
    y = layers.BatchNormalization()(y)
    return layers.concatenate([x, layers.ReLU()(y)])
