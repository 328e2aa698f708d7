import keras
from keras import layers, ops


class Sampling(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(1337)

    def call(self, inputs):
        mean, log_var = inputs
        epsilon = keras.random.normal(shape=ops.shape(mean), seed=self.seed_generator)
        return mean + ops.exp(0.5 * log_var) * epsilon


def encoder(latent):
    inputs = keras.Input((8, 8, 1))
    x = layers.Conv2D(4, 3, strides=2, padding="same", activation="relu")(inputs)
    x = layers.Flatten()(x)
    mean = layers.Dense(latent, name="mean")(x)
    log_var = layers.Dense(latent, name="log_var")(x)
    return keras.Model(inputs, [mean, log_var, Sampling()([mean, log_var])])


def decoder(latent):
    inputs = keras.Input((latent,))
    x = layers.Reshape((4, 4, 4))(layers.Dense(64, activation="relu")(inputs))
    x = layers.Conv2DTranspose(1, 3, strides=2, padding="same", activation="sigmoid")(x)
    return keras.Model(inputs, x)


class VAE(keras.Model):
    def __init__(self, latent):
        super().__init__()
        self.encoder = encoder(latent)
        self.decoder = decoder(latent)

    def call(self, x):
        mean, log_var, z = self.encoder(x)
        return self.decoder(z), mean, log_var
