import keras
from keras import layers, ops


class Gate(layers.Layer):
    """A dense layer of its own whose result is weighed by the mean of what comes in."""

    def __init__(self, units, activation="tanh", **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.activation = layers.Activation(activation)

    def build(self, input_shape):
        channels = input_shape[-1]
        self.kernel = self.add_weight(name="kernel", shape=(channels, self.units), initializer="glorot_uniform")
        self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros")
        self.scale = self.add_weight(name="scale", shape=(), initializer="ones", trainable=False)
        super().build(input_shape)

    def call(self, inputs):
        x = self.activation(ops.matmul(inputs, self.kernel) + self.bias)
        return self.scale * x * ops.mean(inputs, axis=-1, keepdims=True)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        config = super().get_config()
        config.update({"units": self.units})
        return config


class Net(keras.Model):
    def __init__(self, units=6, rate=0.3):
        super().__init__()
        self.embed = layers.Dense(8)
        self.norm = layers.LayerNormalization()
        self.gate1 = Gate(units, name="gate_1")
        self.mix = layers.Dense(6)
        self.gate2 = Gate(4, activation="relu", name="gate_2")
        self.heads = [layers.Dense(2) for _ in range(3)]
        self.dropout = layers.Dropout(rate)
        self.rate = rate

    def call(self, x, training=None):
        x = self.norm(self.embed(x))
        x = self.gate2(self.mix(self.gate1(x)))
        if training:
            x = x * (1.0 - self.rate)
        x = self.dropout(x, training=training)
        return [head(x) for head in self.heads]
