import keras


class PixelShuffle(keras.layers.Layer):
    """Moves blocks of factor * factor channels into space, in PyTorch's order of channels."""

    def __init__(self, factor, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor
        self.data_format = data_format or keras.config.image_data_format()

    def call(self, inputs):
        r = self.factor
        if self.data_format == "channels_last":
            n, h, w, c = keras.ops.shape(inputs)
            outputs = keras.ops.reshape(inputs, (n, h, w, c // (r * r), r, r))
            outputs = keras.ops.transpose(outputs, (0, 1, 4, 2, 5, 3))
            return keras.ops.reshape(outputs, (n, h * r, w * r, c // (r * r)))
        n, c, h, w = keras.ops.shape(inputs)
        outputs = keras.ops.reshape(inputs, (n, c // (r * r), r, r, h, w))
        outputs = keras.ops.transpose(outputs, (0, 1, 4, 2, 5, 3))
        return keras.ops.reshape(outputs, (n, c // (r * r), h * r, w * r))
