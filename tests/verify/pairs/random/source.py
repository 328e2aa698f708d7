import keras
import tensorflow as tf
from keras import layers


class Sample(layers.Layer):
    def call(self, x):
        mean, spread = x[..., :2], x[..., 2:]
        return mean + tf.exp(spread) * tf.random.normal(shape=tf.shape(mean))


def make():
    inputs = keras.Input((None, None, 3))
    x = layers.GaussianNoise(0.2)(inputs)
    x = layers.Conv2D(4, 1)(x)
    x = layers.SpatialDropout2D(0.3)(x)
    x = layers.Dropout(0.3, noise_shape=(None, 1, 1, 1))(x)
    x = layers.Dropout(0.25)(x)
    return keras.Model(inputs, Sample()(x))
