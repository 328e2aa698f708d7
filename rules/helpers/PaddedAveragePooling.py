import keras


class PaddedAveragePooling(keras.layers.Layer):
    """Average pooling over padded images. `count_include_pad` counts the padding in the average,
    `ceil_mode` keeps a last, incomplete window."""

    def __init__(
        self,
        pool_size,
        strides=None,
        padding=0,
        ceil_mode=False,
        count_include_pad=True,
        data_format=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.pool_size = pool_size
        self.strides = pool_size if strides is None else strides
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.data_format = data_format or keras.config.image_data_format()

    def call(self, inputs):
        shape = keras.ops.shape(inputs)
        first = 1 if self.data_format == "channels_last" else 2
        pads = [(0, 0)] * len(shape)
        extras = [(0, 0)] * len(shape)
        for i in range(len(shape) - 2):
            k, s, p = (v if isinstance(v, int) else v[i] for v in (self.pool_size, self.strides, self.padding))
            extra = (k - 2 * p - shape[first + i]) % s if self.ceil_mode else 0
            pads[first + i] = (p, p)
            # A window may not start in the padding on the right.
            fits = extra < k - p
            extras[first + i] = (0, extra * (fits if isinstance(fits, bool) else keras.ops.cast(fits, "int32")))

        def average(x, border):
            x = keras.ops.pad(keras.ops.pad(x, pads, constant_values=border), extras)
            return keras.ops.average_pool(x, self.pool_size, self.strides, "valid", self.data_format)

        counted = average(keras.ops.ones_like(inputs), 1 if self.count_include_pad else 0)
        return average(inputs, 0) / counted
