def obtain_input_shape(input_shape, default_size, min_size, require_flatten, weights=None):
    """(height, width, channels) of images: ``input_shape``, if given. Raises ValueError if that does not fit."""
    channels = input_shape[-1] if input_shape and weights != "imagenet" else 3
    default_shape = (default_size, default_size, channels)
    if not input_shape:
        return default_shape if require_flatten else (None, None, 3)
    if len(input_shape) != 3:
        raise ValueError("`input_shape` must be a tuple of three integers.")
    if weights == "imagenet" and (input_shape[-1] != 3 or (require_flatten and input_shape != default_shape)):
        raise ValueError(f"`input_shape` should be {default_shape}, received {input_shape}")
    if any(size is not None and size < min_size for size in input_shape[:2]):
        raise ValueError(f"Input size must be at least {min_size}x{min_size}, received {input_shape}")
    if require_flatten and None in input_shape:
        raise ValueError(f"If `include_top` is True, `input_shape` must be static, received {input_shape}")
    return input_shape
