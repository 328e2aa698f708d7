import keras


class ChannelShuffle(keras.layers.Layer):
    """Puts the channels of several groups in turn: first of each group, second of each group, ..."""

    def __init__(self, groups, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.groups = groups
        self.axis = axis

    def call(self, inputs):
        shape = keras.ops.shape(inputs)
        axis = self.axis % len(shape)
        split = (*shape[:axis], self.groups, shape[axis] // self.groups, *shape[axis + 1 :])
        swapped = keras.ops.swapaxes(keras.ops.reshape(inputs, split), axis, axis + 1)
        return keras.ops.reshape(swapped, shape)
