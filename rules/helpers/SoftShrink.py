import keras


class SoftShrink(keras.layers.Layer):
    """Moves values towards zero by a threshold, and to zero within it."""

    def __init__(self, threshold=0.5, **kwargs):
        super().__init__(**kwargs)
        self.threshold = threshold

    def call(self, inputs):
        return keras.ops.soft_shrink(inputs, self.threshold)
