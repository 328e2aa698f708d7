import keras


def flatten_axes(x, start, end=-1):
    """Joins the axes from `start` to `end` (inclusive)."""
    shape = tuple(keras.ops.shape(x))
    end = end % len(shape) + 1
    return keras.ops.reshape(x, (*shape[:start], -1, *shape[end:]))
