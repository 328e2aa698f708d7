import keras


def layer_norm(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    """Normalize over the last axes, as many as ``normalized_shape`` has."""
    count = 1 if isinstance(normalized_shape, int) else len(normalized_shape)
    axes = tuple(range(-count, 0))
    mean = keras.ops.mean(x, axis=axes, keepdims=True)
    variance = keras.ops.var(x, axis=axes, keepdims=True)
    x = (x - mean) * keras.ops.rsqrt(variance + eps)
    x = x if weight is None else x * weight
    return x if bias is None else x + bias
