import keras


def rms_norm(x, normalized_shape, weight=None, eps=1e-6):
    """Divide by the root mean square over the last axes, as many as ``normalized_shape`` has."""
    count = 1 if isinstance(normalized_shape, int) else len(normalized_shape)
    square = keras.ops.mean(keras.ops.square(x), axis=tuple(range(-count, 0)), keepdims=True)
    x = x * keras.ops.rsqrt(square + eps)
    return x if weight is None else x * weight
