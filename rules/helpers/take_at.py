import keras


def take_at(x, indices, axis):
    """``x[i, j]`` from an axis on: by several tensors of whole numbers at once, one for each of as many axes."""
    shape = keras.ops.shape(x)
    flat = 0
    for size, index in zip(shape[axis:], indices, strict=False):
        index = keras.ops.convert_to_tensor(index)
        if keras.backend.standardize_dtype(index.dtype) == "bool":
            raise TypeError("a mask cannot stand beside other indices")
        index = keras.ops.cast(index, "int32")
        flat = flat * size + keras.ops.where(index < 0, index + size, index)
    x = keras.ops.reshape(x, (*shape[:axis], -1, *shape[axis + len(indices) :]))
    return keras.ops.take(x, flat, axis=axis)
