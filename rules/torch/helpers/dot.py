import torch


def dot(tensors, axes, normalize=False):
    """Products of two tensors, example by example, summed over one axis of each."""
    x, y = tensors
    x_axis, y_axis = axes if isinstance(axes, (tuple, list)) else (axes, axes)
    if normalize:
        x = x / x.norm(dim=x_axis, keepdim=True).clamp(min=1e-6)
        y = y / y.norm(dim=y_axis, keepdim=True).clamp(min=1e-6)
    x, y = x.movedim(x_axis, -1), y.movedim(y_axis, 1)
    shape = (len(x), *x.shape[1:-1], *y.shape[2:])
    summed = torch.bmm(x.reshape(len(x), -1, x.shape[-1]), y.reshape(len(y), y.shape[1], -1))
    return summed.reshape(shape if len(shape) > 1 else (len(x), 1))
