import keras


def group_norm(x, groups, weight=None, bias=None, eps=1e-5):
    """Normalize each group of channels of each image. Channels are last."""
    shape = keras.ops.shape(x)
    x = keras.ops.reshape(x, (*shape[:-1], groups, x.shape[-1] // groups))
    axes = (*range(1, len(shape) - 1), -1)
    mean = keras.ops.mean(x, axis=axes, keepdims=True)
    variance = keras.ops.var(x, axis=axes, keepdims=True)
    x = keras.ops.reshape((x - mean) * keras.ops.rsqrt(variance + eps), shape)
    x = x if weight is None else x * weight
    return x if bias is None else x + bias
