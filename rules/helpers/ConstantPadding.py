import keras


class ConstantPadding(keras.layers.Layer):
    """Pads images with a value.
    `padding` is a number, one number an axis, or a pair (before, after) an axis."""

    def __init__(self, padding, value, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.padding = padding
        self.value = value
        self.data_format = data_format or keras.config.image_data_format()

    def call(self, inputs):
        rank = len(inputs.shape) - 2
        given = [self.padding] * rank if isinstance(self.padding, int) else self.padding
        pads = [(p, p) if isinstance(p, int) else tuple(p) for p in given]
        last = self.data_format == "channels_last"
        pads = [(0, 0), *pads, (0, 0)] if last else [(0, 0), (0, 0), *pads]
        return keras.ops.pad(inputs, pads, constant_values=self.value)
