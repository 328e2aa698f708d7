import keras


class ConvTranspose(keras.layers.Layer):
    """Transposed convolution with groups and dilation: a convolution over pixels set apart by the strides."""

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding=0,
        output_padding=0,
        groups=1,
        use_bias=True,
        dilation_rate=1,
        data_format=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.filters = filters
        self.kernel_size = kernel_size
        self.strides = strides
        self.padding = padding
        self.output_padding = output_padding
        self.groups = groups
        self.use_bias = use_bias
        self.dilation_rate = dilation_rate
        self.data_format = data_format or keras.config.image_data_format()

    def build(self, input_shape):
        rank = len(input_shape) - 2
        sizes = [self.kernel_size] * rank if isinstance(self.kernel_size, int) else self.kernel_size
        channels = input_shape[-1 if self.data_format == "channels_last" else 1]
        self.kernel = self.add_weight(shape=(*sizes, self.filters // self.groups, channels), name="kernel")
        if self.use_bias:
            self.bias = self.add_weight(shape=(self.filters,), initializer="zeros", name="bias")

    def call(self, inputs):
        outputs = inputs if self.data_format == "channels_last" else keras.ops.moveaxis(inputs, 1, -1)
        rank = len(outputs.shape) - 2
        pads, kept = [(0, 0)], [slice(None)]
        settings = (self.strides, self.padding, self.output_padding, self.dilation_rate)
        for i in range(rank):
            s, p, extra, d = (v if isinstance(v, int) else v[i] for v in settings)
            shape = list(keras.ops.shape(outputs))
            gaps = [(0, 0)] * (len(shape) + 1)
            gaps[i + 2] = (0, s - 1)
            shape[i + 1] *= s
            outputs = keras.ops.reshape(keras.ops.pad(keras.ops.expand_dims(outputs, i + 2), gaps), shape)
            border = d * (self.kernel.shape[i] - 1)
            pads.append((border, border + extra))
            kept.append(slice(p, -(p + s - 1) or None))
        outputs = keras.ops.pad(outputs, [*pads, (0, 0)])

        *sizes, filters, channels = self.kernel.shape
        kernel = keras.ops.flip(self.kernel, axis=list(range(rank)))
        kernel = keras.ops.reshape(kernel, (*sizes, filters, self.groups, channels // self.groups))
        kernel = keras.ops.reshape(keras.ops.swapaxes(kernel, -1, -3), (*sizes, channels // self.groups, self.filters))
        outputs = keras.ops.conv(outputs, kernel, 1, "valid", "channels_last", self.dilation_rate)[tuple(kept)]
        if self.use_bias:
            outputs = outputs + self.bias
        return outputs if self.data_format == "channels_last" else keras.ops.moveaxis(outputs, -1, 1)
