import keras


def expand(x, shape):
    """Broadcasts `x` to `shape`; -1 keeps an axis as it is."""
    old = (None,) * (len(shape) - len(x.shape)) + tuple(keras.ops.shape(x))
    return keras.ops.broadcast_to(x, tuple(o if n == -1 else n for o, n in zip(old, shape, strict=True)))
