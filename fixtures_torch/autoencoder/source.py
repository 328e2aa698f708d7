import keras
from keras import layers


class Encoder(layers.Layer):
    def __init__(self, code=4, **kwargs):
        super().__init__(**kwargs)
        self.net = keras.Sequential(
            [
                layers.Conv2D(4, 3, strides=2, padding="same", activation="relu"),
                layers.Conv2D(8, 3, strides=2, padding="same", activation="relu"),
                layers.Flatten(),
            ]
        )
        self.mean = layers.Dense(code)
        self.spread = layers.Dense(code, activation="softplus")

    def call(self, x):
        x = self.net(x)
        return self.mean(x), self.spread(x)


class Autoencoder(keras.Model):
    """From an image to a code and back."""

    def __init__(self, code=4):
        super().__init__()
        self.encoder = Encoder(code)
        self.decoder = keras.Sequential(name="decoder")
        self.decoder.add(layers.Dense(2 * 2 * 8, activation="relu", input_shape=(code,)))
        self.decoder.add(layers.Reshape((2, 2, 8)))
        self.decoder.add(layers.Conv2D(8, 3, padding="same", activation="relu"))
        for filters in (8, 4):
            self.decoder.add(layers.UpSampling2D())
            self.decoder.add(layers.Conv2D(filters, 3, padding="same", activation="relu"))
        self.decoder.add(layers.Conv2D(1, 1, activation="sigmoid"))

    def call(self, inputs):
        mean, spread = self.encoder(inputs)
        code = mean + 0.1 * spread
        return self.decoder(code), mean, spread
