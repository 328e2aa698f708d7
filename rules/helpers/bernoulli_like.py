import keras


def bernoulli_like(x, p):
    """Ones with probability ``p``, otherwise zeros, in the shape of ``x``."""
    return keras.ops.cast(keras.random.uniform(keras.ops.shape(x), dtype=x.dtype) < p, x.dtype)
