import keras


def unbiased_std(x, axis=None, keepdims=False):
    """The standard deviation with n - 1 in the denominator."""
    count = keras.ops.sum(keras.ops.ones_like(x), axis=axis, keepdims=keepdims)
    variance = keras.ops.var(x, axis=axis, keepdims=keepdims) * count / (count - 1)
    return keras.ops.sqrt(variance)
