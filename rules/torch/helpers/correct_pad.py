def correct_pad(x, kernel_size):
    """((top, bottom), (left, right)) of padding with which a convolution of stride 2 halves the image."""
    kernel = kernel_size if isinstance(kernel_size, (tuple, list)) else (kernel_size, kernel_size)
    return tuple((k // 2 - 1 + size % 2, k // 2) for k, size in zip(kernel, x.shape[-2:], strict=True))
