import keras


def normal_like(x, mean, stddev):
    """Normal random numbers in the shape of ``x``."""
    return keras.random.normal(keras.ops.shape(x), mean, stddev, dtype=x.dtype)
