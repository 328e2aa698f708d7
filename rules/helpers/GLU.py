import keras


class GLU(keras.layers.Layer):
    """Halves an axis: the first half times the sigmoid of the second."""

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs):
        return keras.ops.glu(inputs, axis=self.axis)
