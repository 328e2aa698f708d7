import tensorflow as tf
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Conv2D, MaxPooling2D, Flatten, Dense, Dropout, Input


def make(classes=10):
    model = Sequential([
        Input(shape=(28, 28, 1)),
        Conv2D(32, kernel_size=(3, 3), activation="relu"),  # edges
        MaxPooling2D(pool_size=(2, 2)),
        Flatten(),
        Dropout(0.5),
        Dense(classes, activation="softmax"),
    ])
    return model


def grown():
    model = Sequential()
    model.add(Conv2D(16, (5, 5), strides=2, padding="same", input_shape=(28, 28, 3)))
    model.add(MaxPooling2D())
    model.add(Flatten())
    model.add(Dense(4))
    return model
