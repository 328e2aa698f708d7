"""A causal convolutional network over time, as a Sequential that grows in a loop."""

import keras
from keras import layers

STEPS, CHANNELS = 12, 3

model = keras.Sequential(name="dilated")
model.add(keras.Input((STEPS, CHANNELS)))
model.add(layers.GaussianNoise(0.05))
for rate in (1, 2, 4):
    model.add(layers.Conv1D(8, 2, padding="causal", dilation_rate=rate, activation="relu"))
    model.add(layers.LayerNormalization())
model.add(layers.Conv1DTranspose(6, 4, strides=2, padding="same"))
model.add(layers.PReLU(shared_axes=[1]))
model.add(layers.LSTM(5, dropout=0.0))
model.add(layers.RepeatVector(3))
model.add(layers.SimpleRNN(4, return_sequences=True, activation="relu"))
model.add(layers.TimeDistributed(layers.Dense(2)))
