import keras


class SamePadding(keras.layers.Layer):
    """Pads images so that a window gives as many pixels as the stride wants; an odd one goes to the end."""

    def __init__(self, kernel_size, stride=1, dilation=1, value=0.0, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.kernel_size = kernel_size
        self.stride = stride
        self.dilation = dilation
        self.value = value
        self.data_format = data_format or keras.config.image_data_format()

    def call(self, inputs):
        first = 1 if self.data_format == "channels_last" else 2
        pads = [(0, 0)] * first
        for axis in range(len(inputs.shape) - 2):
            size = keras.ops.shape(inputs)[first + axis]
            every = self.kernel_size, self.stride, self.dilation
            k, s, d = (v if isinstance(v, int) else v[axis] for v in every)
            total = (-(-size // s) - 1) * s + (k - 1) * d + 1 - size
            total = max(total, 0) if isinstance(total, int) else keras.ops.maximum(total, 0)
            pads.append((total // 2, total - total // 2))
        pads += [(0, 0)] * (len(inputs.shape) - len(pads))
        return keras.ops.pad(inputs, pads, constant_values=self.value)
