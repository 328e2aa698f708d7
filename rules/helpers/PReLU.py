import keras


class PReLU(keras.layers.Layer):
    """A leaky ReLU that learns its slope, one for all channels or one for each."""

    def __init__(self, num_parameters=1, init=0.25, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.num_parameters = num_parameters
        self.init = init
        self.axis = axis

    def build(self, input_shape):
        self.alpha = self.add_weight(
            shape=(self.num_parameters,), initializer=keras.initializers.Constant(self.init), name="alpha"
        )

    def call(self, inputs):
        shape = [1] * len(inputs.shape)
        shape[self.axis] = self.num_parameters
        return keras.ops.where(inputs > 0, inputs, keras.ops.reshape(self.alpha, shape) * inputs)
