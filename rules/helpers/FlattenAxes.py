import keras


class FlattenAxes(keras.layers.Layer):
    """Makes one axis of those from `start` to `end`."""

    def __init__(self, start, end=-1, **kwargs):
        super().__init__(**kwargs)
        self.start = start
        self.end = end

    def call(self, inputs):
        shape = keras.ops.shape(inputs)
        start, end = self.start % len(shape), self.end % len(shape)
        return keras.ops.reshape(inputs, (*shape[:start], -1, *shape[end + 1 :]))
