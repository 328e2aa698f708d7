import torch


def extract_patches(x: torch.Tensor, size: int | tuple[int, int], strides: int | tuple[int, int] | None = None):
    """Each window of an image as the channels of one pixel; within it channels count last."""
    strides = size if strides is None else strides
    (rows, columns), steps = (v if isinstance(v, (tuple, list)) else (v, v) for v in (size, strides))
    x = x.unfold(2, rows, steps[0]).unfold(3, columns, steps[1])
    return x.permute(0, 4, 5, 1, 2, 3).flatten(1, 3)
