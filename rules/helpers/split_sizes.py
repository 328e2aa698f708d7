import keras


def split_sizes(x, sizes, axis=0):
    """Split into parts of one size, or of the given sizes."""
    if isinstance(sizes, int):
        positions = list(range(sizes, x.shape[axis], sizes))
    else:
        positions = [sum(sizes[: i + 1]) for i in range(len(sizes) - 1)]
    return keras.ops.split(x, positions, axis=axis)
