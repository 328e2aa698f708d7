import keras


def flatten_pixels(x):
    """(N, H, W, C) to (N, H * W, C)."""
    shape = keras.ops.shape(x)
    return keras.ops.reshape(x, (shape[0], -1, shape[-1]))
