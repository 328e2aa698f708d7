import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers


class Encoder(layers.Layer):
    def __init__(self, filters, **kwargs):
        super().__init__(**kwargs)
        self.convs = []
        self.bns = []
        for n in filters:
            self.convs.append(layers.Conv2D(n, 3, strides=2, padding="same", use_bias=False))
            self.bns.append(layers.BatchNormalization())
        self.pool = layers.GlobalAveragePooling2D()

    def call(self, x, training=False):
        for i in range(len(self.convs)):
            x = self.convs[i](x)
            x = tf.nn.relu(self.bns[i](x, training=training))
        return self.pool(x)


class Scorer(keras.Model):
    """An image and numbers that belong to it; two scores by name."""

    def __init__(self, filters=(4, 8), units=8):
        super().__init__()
        self.encoder = Encoder(filters)
        self.embed = layers.Dense(units, activation="relu")
        self.value = layers.Dense(1)
        self.policy = layers.Dense(3, activation="softmax")

    def call(self, inputs, training=False):
        image, numbers = inputs
        x = self.encoder(image, training=training)
        y = self.embed(numbers)
        z = tf.concat([x, y], axis=-1)
        return {"value": self.value(z), "policy": self.policy(z)}
