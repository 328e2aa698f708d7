import keras


class Softmin(keras.layers.Layer):
    """The softmax of the negated values."""

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs):
        return keras.ops.softmax(-inputs, axis=self.axis)
