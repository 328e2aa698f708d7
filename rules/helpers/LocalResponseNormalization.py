import keras


class LocalResponseNormalization(keras.layers.Layer):
    """Divides by a power of the mean square over `size` neighbouring channels."""

    def __init__(self, size, alpha=0.0001, beta=0.75, k=1.0, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k
        self.axis = axis

    def call(self, inputs):
        squares = keras.ops.moveaxis(keras.ops.square(inputs), self.axis, -1)
        channels = squares.shape[-1]
        pads = [(0, 0)] * (len(inputs.shape) - 1) + [(self.size // 2, (self.size - 1) // 2)]
        squares = keras.ops.pad(squares, pads)
        total = sum(squares[..., i : i + channels] for i in range(self.size))
        total = keras.ops.moveaxis(total, -1, self.axis)
        return inputs / keras.ops.power(self.k + self.alpha / self.size * total, self.beta)
