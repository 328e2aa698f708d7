import keras


def uniform_like(x, minval, maxval):
    """Random numbers between two bounds in the shape of ``x``."""
    return keras.random.uniform(keras.ops.shape(x), minval, maxval, dtype=x.dtype)
