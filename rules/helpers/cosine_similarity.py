import keras


def cosine_similarity(x1, x2, axis=1, eps=1e-8):
    """The product of ``x1`` and ``x2`` along an axis, over their lengths."""
    x1 = x1 / keras.ops.maximum(keras.ops.norm(x1, axis=axis, keepdims=True), eps)
    x2 = x2 / keras.ops.maximum(keras.ops.norm(x2, axis=axis, keepdims=True), eps)
    return keras.ops.sum(x1 * x2, axis=axis)
