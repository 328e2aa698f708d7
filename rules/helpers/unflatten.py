import keras


def unflatten(x, axis, sizes):
    """Split one axis into several."""
    axis = axis % len(x.shape)
    shape = keras.ops.shape(x)
    return keras.ops.reshape(x, (*shape[:axis], *sizes, *shape[axis + 1 :]))
