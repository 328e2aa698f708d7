import keras


class Bilinear(keras.layers.Layer):
    """A bilinear form of two inputs for each unit, and a bias."""

    def __init__(self, units, use_bias=True, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.use_bias = use_bias

    def build(self, first_shape, second_shape):
        self.kernel = self.add_weight(shape=(self.units, first_shape[-1], second_shape[-1]), name="kernel")
        if self.use_bias:
            self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def call(self, first, second):
        outputs = keras.ops.einsum("...i,oij,...j->...o", first, self.kernel, second)
        return outputs + self.bias if self.use_bias else outputs
