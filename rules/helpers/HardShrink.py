import keras


class HardShrink(keras.layers.Layer):
    """Sets values within a threshold to zero."""

    def __init__(self, threshold=0.5, **kwargs):
        super().__init__(**kwargs)
        self.threshold = threshold

    def call(self, inputs):
        return keras.ops.hard_shrink(inputs, self.threshold)
