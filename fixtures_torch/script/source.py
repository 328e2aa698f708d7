from keras.layers import BatchNormalization, Conv1D, Dense, Flatten, Input, MaxPooling1D
from keras.models import Sequential

WINDOW = 20
FILTERS = [4, 6]

model = Sequential()
model.add(Input(shape=(WINDOW, 3)))
for filters in FILTERS:
    model.add(Conv1D(filters, 3, padding="same", activation="relu"))
    model.add(BatchNormalization())
    model.add(MaxPooling1D(2))
model.add(Flatten())
model.add(Dense(10, activation="elu"))
model.add(Dense(2))
