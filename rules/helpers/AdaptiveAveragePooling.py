import keras


class AdaptiveAveragePooling(keras.layers.Layer):
    """Average pooling to `output_size`, whatever the size of the images. None keeps the size of an axis."""

    def __init__(self, output_size, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.output_size = output_size
        self.data_format = data_format or keras.config.image_data_format()

    def call(self, inputs):
        axes = range(1, len(inputs.shape) - 1) if self.data_format == "channels_last" else range(2, len(inputs.shape))
        given = self.output_size if isinstance(self.output_size, (tuple, list)) else [self.output_size] * len(axes)
        outputs = inputs
        for axis, count in zip(axes, given, strict=True):
            if count is not None:
                size = keras.ops.shape(inputs)[axis]
                position, cell = keras.ops.arange(size, dtype="int32"), keras.ops.arange(count, dtype="int32")[:, None]
                inside = (position >= cell * size // count) & (position < ((cell + 1) * size + count - 1) // count)
                weight = keras.ops.cast(inside, inputs.dtype)
                weight = weight / keras.ops.sum(weight, axis=1, keepdims=True)
                outputs = keras.ops.tensordot(outputs, weight, axes=[[axis], [1]])
                outputs = keras.ops.moveaxis(outputs, -1, axis)
        return outputs
