import keras
from keras import layers


def branch(x, filters, name):
    x = layers.Conv2D(filters, 3, activation="relu", name=f"{name}_conv1")(x)
    x = layers.MaxPooling2D(name=f"{name}_pool")(x)
    x = layers.Conv2D(filters * 2, 3, activation="relu", name=f"{name}_conv2")(x)
    return layers.GlobalMaxPooling2D(name=f"{name}_max")(x)


def make_model(numbers=5, classes=3):
    left = keras.Input((None, None, 3), name="left")
    right = keras.Input((None, None, 1), name="right")
    extra = keras.Input((numbers,), name="extra")
    x = layers.concatenate([branch(left, 4, "left"), branch(right, 2, "right")])
    y = layers.Dense(8, activation="relu", name="extra_dense")(extra)
    x = layers.Concatenate()([x, y])
    x = layers.Dropout(0.2)(x)
    scores = layers.Dense(classes, activation="softmax", name="scores")(x)
    size = layers.Dense(1, name="size")(y)
    return keras.Model(inputs=[left, right, extra], outputs=[scores, size])
