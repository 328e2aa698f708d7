import keras


class PaddedMaxPooling(keras.layers.Layer):
    """Max pooling over images padded with -inf. `ceil_mode` keeps a last, incomplete window."""

    def __init__(self, pool_size, strides=None, padding=0, ceil_mode=False, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.pool_size = pool_size
        self.strides = pool_size if strides is None else strides
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.data_format = data_format or keras.config.image_data_format()

    def call(self, inputs):
        shape = keras.ops.shape(inputs)
        first = 1 if self.data_format == "channels_last" else 2
        pads = [(0, 0)] * len(shape)
        for i in range(len(shape) - 2):
            k, s, p = (v if isinstance(v, int) else v[i] for v in (self.pool_size, self.strides, self.padding))
            extra = (k - 2 * p - shape[first + i]) % s if self.ceil_mode else 0
            # A window may not start in the padding on the right.
            fits = extra < k - p
            pads[first + i] = (p, p + extra * (fits if isinstance(fits, bool) else keras.ops.cast(fits, "int32")))
        padded = keras.ops.pad(inputs, pads, constant_values=-float("inf"))
        return keras.ops.max_pool(padded, self.pool_size, self.strides, "valid", self.data_format)
