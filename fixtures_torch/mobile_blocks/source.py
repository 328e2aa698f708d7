import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers


class LayerScale(layers.Layer):
    def __init__(self, init_values, dim, **kwargs):
        super().__init__(**kwargs)
        self.init_values = init_values
        self.dim = dim

    def build(self, _):
        self.gamma = self.add_weight(name="gamma", shape=(self.dim,), initializer="ones", trainable=True)

    def call(self, x):
        return x * self.gamma

    def get_config(self):
        config = super().get_config()
        config.update({"init_values": self.init_values})
        return config


class SE(layers.Layer):
    def __init__(self, filters, ratio=4):
        super().__init__()
        self.squeeze = layers.Dense(filters // ratio, activation="relu", input_shape=(filters,))
        self.excite = layers.Dense(filters, activation="sigmoid")

    def call(self, x):
        s = tf.reduce_mean(x, axis=[1, 2])
        s = self.excite(self.squeeze(s))
        return x * s[:, None, None, :]


class Net(keras.Model):
    def __init__(self, classes=4):
        super(Net, self).__init__(name="net")
        self.conv = layers.Conv2D(8, 3, input_shape=(None, None, 3), use_bias=False, kernel_regularizer=keras.regularizers.l2(1e-4))
        self.scale = LayerScale(1e-6, 8)
        self.se = SE(8)
        self.depth = layers.DepthwiseConv2D(3, padding="same", strides=2)
        self.up = layers.UpSampling2D(2, interpolation="nearest")
        self.pool = layers.MaxPooling2D(3, strides=2, padding="same")
        self.avg = layers.AveragePooling2D(3, strides=1, padding="same")
        self.sep = layers.SeparableConv2D(6, 3, padding="same")
        self.flat = layers.GlobalMaxPooling2D()
        self.fc = layers.Dense(classes)

    def call(self, inputs, training=None):
        x = tf.nn.relu(self.conv(inputs))
        x = self.se(self.scale(x))
        x = self.depth(x)
        x = self.up(x)
        x = tf.concat([self.pool(x), self.avg(x)[:, ::2, ::2, :]], axis=3)
        x = self.sep(x)
        return self.fc(self.flat(x))
