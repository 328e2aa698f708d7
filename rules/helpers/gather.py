import keras


def gather(x, axis, index):
    """``x`` at the positions ``index`` along one axis; the other axes may be longer in ``x``."""
    axis = axis % len(x.shape)
    kept = tuple(slice(None) if i == axis else slice(n) for i, n in enumerate(index.shape))
    return keras.ops.take_along_axis(x[kept], index, axis=axis)
