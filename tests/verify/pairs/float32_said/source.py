import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers


class Scale(layers.Layer):
    def build(self, input_shape):
        self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones", dtype=tf.float32, name="scale")

    def call(self, x):
        x = tf.cast(x, tf.float32) * self.scale / 3.7
        return tf.concat([x, tf.ones((tf.shape(x)[0], 1)) / tf.constant(3.0)], axis=-1)


def make():
    inputs = keras.Input((5,), dtype="float32")
    x = layers.Dense(4, dtype="float32", activation="gelu")(inputs)
    x = layers.Lambda(lambda t: t / 255.0)(Scale(dtype=tf.float32)(x))
    return keras.Model(inputs, layers.Activation("softmax", dtype="float32")(x))
