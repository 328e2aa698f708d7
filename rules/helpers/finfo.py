import keras


def finfo(dtype):
    """Limits of a type of floating point numbers: ``finfo(x.dtype).min``."""
    import ml_dtypes

    return ml_dtypes.finfo(keras.backend.standardize_dtype(dtype))
