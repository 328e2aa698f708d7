import torch


def divide_no_nan(x, y):
    """``x / y``, and 0 where ``y`` is 0."""
    y = torch.as_tensor(y)
    zero = y == 0
    return torch.where(zero, 0.0, x / torch.where(zero, 1.0, y))
