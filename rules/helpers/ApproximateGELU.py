import keras


class ApproximateGELU(keras.layers.Layer):
    """GELU by its tanh approximation."""

    def call(self, inputs):
        return keras.ops.gelu(inputs, approximate=True)
