import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras import backend as K
from tensorflow.keras.layers import InputSpec


@keras.utils.register_keras_serializable(package="Custom", name="Attention")
class Attention(layers.Layer):
    """Self attention."""

    def __init__(self, units, num_heads=2, dropout=0.1, **kwargs):
        super(Attention, self).__init__(**kwargs)
        self.units = units
        self.num_heads = num_heads
        self.depth = units // num_heads
        self.supports_masking = True
        self.input_spec = InputSpec(ndim=3)
        self.wq = layers.Dense(units)
        self.wk = layers.Dense(units)
        self.wv = layers.Dense(units)
        self.out = layers.Dense(units)
        self.dropout = layers.Dropout(dropout)

    def build(self, input_shape):
        self.scale = self.add_weight(name="scale", shape=(1,), initializer="ones", trainable=True)
        self.built = True

    def split_heads(self, x, batch_size):
        x = tf.reshape(x, (batch_size, -1, self.num_heads, self.depth))
        return tf.transpose(x, perm=[0, 2, 1, 3])

    @tf.function
    def call(self, inputs: tf.Tensor, training=None) -> tf.Tensor:
        batch_size = tf.shape(inputs)[0]
        with tf.name_scope("qkv"):
            q = self.split_heads(self.wq(inputs), batch_size)
            k = self.split_heads(self.wk(inputs), batch_size)
            v = self.split_heads(self.wv(inputs), batch_size)
        dk = tf.cast(tf.shape(k)[-1], tf.float32)
        logits = tf.matmul(q, k, transpose_b=True) / tf.math.sqrt(dk)
        seq = tf.shape(inputs)[1]
        mask = 1.0 - tf.linalg.band_part(tf.ones((seq, seq)), -1, 0)
        logits += mask * -1e9
        w = tf.nn.softmax(logits, axis=-1)
        w = self.dropout(w, training=training)
        x = tf.transpose(tf.matmul(w, v), perm=[0, 2, 1, 3])
        x = tf.reshape(x, (batch_size, -1, self.units))
        tf.debugging.assert_all_finite(x, "bad")
        return self.out(x) * self.scale

    def get_config(self):
        config = super().get_config()
        config.update({"units": self.units})
        return config


class Block(keras.Model):
    def __init__(self):
        super().__init__()
        self.att = Attention(8)
        self.bn = layers.BatchNormalization()
        self.proj = keras.Sequential([layers.Dense(16, activation=tf.nn.gelu), layers.Dense(8)])

    def call(self, x, training=False):
        x = x + self.att(x, training=training)
        x = self.bn(x, training=training)
        x = x + self.proj(x)
        if training:
            x = tf.nn.dropout(x, rate=0.1)
        return tf.reduce_mean(x, axis=1)
