from tensorflow.keras.layers import Conv2D, Dense, Flatten, MaxPooling2D
from tensorflow.keras.models import Sequential


def make():
    model = Sequential()
    model.add(Conv2D(6, (3, 3), padding="same", activation="relu", input_shape=(13, 10, 3)))
    model.add(MaxPooling2D((2, 2)))
    model.add(Conv2D(4, 3, activation="relu"))
    model.add(Flatten())
    model.add(Dense(16, activation="relu"))
    model.add(Dense(5))
    return model
