import keras


class UnflattenAxis(keras.layers.Layer):
    """Splits an axis into several."""

    def __init__(self, axis, shape, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis
        self.shape = shape

    def call(self, inputs):
        shape = keras.ops.shape(inputs)
        axis = self.axis % len(shape)
        return keras.ops.reshape(inputs, (*shape[:axis], *self.shape, *shape[axis + 1 :]))
