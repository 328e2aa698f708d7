import keras


class GLU(keras.layers.Layer):
    """Halves an axis: the first half times the sigmoid of the second."""

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs):
        values, gates = keras.ops.split(inputs, 2, axis=self.axis)
        return values * keras.ops.sigmoid(gates)
