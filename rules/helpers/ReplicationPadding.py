import keras


class ReplicationPadding(keras.layers.Layer):
    """Pads images by repeating the border.
    `padding` is a number, one number an axis, or a pair (before, after) an axis."""

    def __init__(self, padding, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.padding = padding
        self.data_format = data_format or keras.config.image_data_format()

    def call(self, inputs):
        rank = len(inputs.shape) - 2
        given = [self.padding] * rank if isinstance(self.padding, int) else self.padding
        pads = [(p, p) if isinstance(p, int) else tuple(p) for p in given]
        first = 1 if self.data_format == "channels_last" else 2
        outputs = inputs
        for axis, (before, after) in enumerate(pads, first):
            size = keras.ops.shape(inputs)[axis]
            index = keras.ops.clip(keras.ops.arange(-before, size + after, dtype="int32"), 0, size - 1)
            outputs = keras.ops.take(outputs, index, axis=axis)
        return outputs
