import keras


def unbiased_var(x, axis=None, keepdims=False):
    """The variance with n - 1 in the denominator."""
    count = keras.ops.sum(keras.ops.ones_like(x), axis=axis, keepdims=keepdims)
    return keras.ops.var(x, axis=axis, keepdims=keepdims) * count / (count - 1)
