import keras


class LPPooling(keras.layers.Layer):
    """Pooling by a power mean without its divisor: the root of the sum of x ** norm."""

    def __init__(self, norm, pool_size, strides=None, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.norm = norm
        self.pool_size = pool_size
        self.strides = pool_size if strides is None else strides
        self.data_format = data_format or keras.config.image_data_format()

    def call(self, inputs):
        powers = keras.ops.power(inputs, self.norm)
        mean = keras.ops.average_pool(powers, self.pool_size, self.strides, "valid", self.data_format)
        count = 1
        for i in range(len(inputs.shape) - 2):
            count *= self.pool_size if isinstance(self.pool_size, int) else self.pool_size[i]
        return keras.ops.power(keras.ops.relu(mean) * count, 1 / self.norm)
