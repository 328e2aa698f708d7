import keras


def instance_norm(x, weight=None, bias=None, eps=1e-5):
    """Normalize each channel of each image. Channels are last."""
    axes = tuple(range(1, len(x.shape) - 1))
    mean = keras.ops.mean(x, axis=axes, keepdims=True)
    variance = keras.ops.var(x, axis=axes, keepdims=True)
    x = (x - mean) * keras.ops.rsqrt(variance + eps)
    x = x if weight is None else x * weight
    return x if bias is None else x + bias
