import keras


def scaled_dot_product_attention(query, key, value, mask=None, dropout=0.0, is_causal=False, scale=None):
    """Softmax attention over the last two axes, (..., length, features)."""
    if scale is None:
        scale = query.shape[-1] ** -0.5
    scores = keras.ops.matmul(query, keras.ops.swapaxes(key, -1, -2)) * scale
    if is_causal:
        mask = keras.ops.tril(keras.ops.ones_like(scores, dtype="bool"))
    if mask is not None and keras.backend.standardize_dtype(mask.dtype) == "bool":
        scores = keras.ops.where(mask, scores, float("-inf"))
    elif mask is not None:
        scores = scores + mask
    weights = keras.ops.softmax(scores)
    if dropout > 0.0:
        weights = keras.random.dropout(weights, dropout)
    return keras.ops.matmul(weights, value)
