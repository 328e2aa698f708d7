import keras


class Clip(keras.layers.Layer):
    """Limits values to a range."""

    def __init__(self, minimum=-1.0, maximum=1.0, **kwargs):
        super().__init__(**kwargs)
        self.minimum = minimum
        self.maximum = maximum

    def call(self, inputs):
        return keras.ops.clip(inputs, self.minimum, self.maximum)
