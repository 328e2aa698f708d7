import keras


class DilatedMaxPooling(keras.layers.Layer):
    """Max pooling with gaps between the elements of a window, over images padded with -inf."""

    def __init__(
        self, pool_size, strides=None, padding=0, dilation_rate=1, ceil_mode=False, data_format=None, **kwargs
    ):
        super().__init__(**kwargs)
        self.pool_size = pool_size
        self.strides = pool_size if strides is None else strides
        self.padding = padding
        self.dilation_rate = dilation_rate
        self.ceil_mode = ceil_mode
        self.data_format = data_format or keras.config.image_data_format()

    def call(self, inputs):
        first = 1 if self.data_format == "channels_last" else 2
        settings = (self.pool_size, self.strides, self.padding, self.dilation_rate)
        outputs = inputs
        for i in range(len(inputs.shape) - 2):
            k, s, p, d = (v if isinstance(v, int) else v[i] for v in settings)
            size = keras.ops.shape(inputs)[first + i]
            span = d * (k - 1) + 1
            count = (size + 2 * p - span + (s - 1 if self.ceil_mode else 0)) // s + 1
            if self.ceil_mode:  # a window may not start in the padding on the right
                count = keras.ops.minimum(count, (size + p - 1) // s + 1)
            starts = s * keras.ops.arange(count, dtype="int32")
            pads = [(0, 0)] * len(inputs.shape)
            pads[first + i] = (p, p + s)
            outputs = keras.ops.pad(outputs, pads, constant_values=-float("inf"))
            window = [keras.ops.take(outputs, starts + d * j, axis=first + i) for j in range(k)]
            outputs = keras.ops.max(keras.ops.stack(window), axis=0)
        return outputs
