import keras


class LogSoftmax(keras.layers.Layer):
    """The logarithm of the softmax."""

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs):
        return keras.ops.log_softmax(inputs, axis=self.axis)
