import keras


def take_items(x, indices, axis):
    """``x[indices]`` from an axis on: by whole numbers, or by a mask, which may cover several axes."""
    indices = keras.ops.convert_to_tensor(indices)
    if keras.backend.standardize_dtype(indices.dtype) == "bool":
        shape = keras.ops.shape(x)
        after = axis + len(indices.shape)
        x = keras.ops.reshape(x, (*shape[:axis], -1, *shape[after:]))
        indices = keras.ops.nonzero(keras.ops.reshape(indices, (-1,)))[0]
    return keras.ops.take(x, indices, axis=axis)
