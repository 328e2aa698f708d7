import keras


class RMSNorm(keras.layers.Layer):
    """Divides by the root mean square over the last axes. Without `epsilon`: that of the data type."""

    def __init__(self, normalized_shape, epsilon=None, scale=True, **kwargs):
        super().__init__(**kwargs)
        self.normalized_shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.epsilon = epsilon
        self.scale = scale

    def build(self, input_shape):
        if self.scale:
            self.gamma = self.add_weight(shape=self.normalized_shape, initializer="ones", name="gamma")

    def call(self, inputs):
        epsilon = self.epsilon
        if epsilon is None:
            epsilon = {"float64": 2.0**-52, "float16": 2.0**-10}.get(self.compute_dtype, 2.0**-23)
        axes = list(range(-len(self.normalized_shape), 0))
        mean_square = keras.ops.mean(keras.ops.square(inputs), axis=axes, keepdims=True)
        outputs = inputs * keras.ops.rsqrt(mean_square + epsilon)
        return outputs * self.gamma if self.scale else outputs
