import keras


class Upsampling(keras.layers.Layer):
    """Resizes images to a size or by a factor. `interpolation`: nearest, nearest-exact, linear or cubic."""

    def __init__(
        self, size=None, factor=None, interpolation="nearest", align_corners=False, data_format=None, **kwargs
    ):
        super().__init__(**kwargs)
        self.size = size
        self.factor = factor
        self.interpolation = interpolation
        self.align_corners = align_corners
        self.data_format = data_format or keras.config.image_data_format()

    def call(self, inputs):
        first = 1 if self.data_format == "channels_last" else 2
        outputs = inputs
        for i in range(len(inputs.shape) - 2):
            outputs = self.resize(
                outputs, first + i, *(v[i] if isinstance(v, (tuple, list)) else v for v in (self.size, self.factor))
            )
        return outputs

    def resize(self, x, axis, size, factor):
        old = keras.ops.shape(x)[axis]
        if factor is None:
            step = keras.ops.cast(old, x.dtype) / size
        else:
            step = keras.ops.convert_to_tensor(1 / factor, x.dtype)
            size = (
                int(old * factor)
                if isinstance(old, int)
                else keras.ops.cast(keras.ops.cast(old, "float64") * factor, "int32")
            )
        place = keras.ops.cast(keras.ops.arange(size, dtype="int32"), x.dtype)
        if self.align_corners:
            place = place * keras.ops.cast(old - 1, x.dtype) / keras.ops.cast(keras.ops.maximum(size - 1, 1), x.dtype)
        elif self.interpolation == "nearest":
            place = place * step
        elif self.interpolation == "nearest-exact":
            place = (place + 0.5) * step
        else:
            place = (place + 0.5) * step - 0.5

        if self.interpolation.startswith("nearest"):
            place = keras.ops.cast(place, "float32")  # as PyTorch does, so that both round alike
            weights = {0: None}
        elif self.interpolation == "linear":
            place = keras.ops.maximum(place, 0)
            t = place - keras.ops.floor(place)
            weights = {0: 1 - t, 1: t}
        else:
            t = place - keras.ops.floor(place)
            u = 1 - t
            weights = {
                -1: -0.75 * t * u * u,
                0: (1.25 * t - 2.25) * t * t + 1,
                1: (1.25 * u - 2.25) * u * u + 1,
                2: -0.75 * u * t * t,
            }
        outputs = 0
        for offset, weight in weights.items():
            index = keras.ops.clip(keras.ops.cast(keras.ops.floor(place), "int32") + offset, 0, old - 1)
            pixels = keras.ops.take(x, index, axis=axis)
            if weight is None:
                return pixels
            outputs += pixels * keras.ops.reshape(weight, [-1] + [1] * (len(x.shape) - 1 - axis))
        return outputs
