import keras


class Threshold(keras.layers.Layer):
    """Replaces values that do not exceed a threshold."""

    def __init__(self, threshold, value, **kwargs):
        super().__init__(**kwargs)
        self.threshold = threshold
        self.value = value

    def call(self, inputs):
        return keras.ops.where(inputs > self.threshold, inputs, self.value)
