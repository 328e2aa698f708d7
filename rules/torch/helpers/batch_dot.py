import torch


def batch_dot(x, y, axes=None):
    """Products of the examples of ``x`` and ``y``, summed along one axis of each."""
    if axes is None:
        axes = (x.dim() - 1, max(y.dim() - 2, 1))
    first, second = (axes, axes) if isinstance(axes, int) else axes
    x, y = x.movedim(first, -1), y.movedim(second, 1)
    sizes = *x.shape[1:-1], *y.shape[2:]
    found = torch.bmm(x.reshape(len(x), -1, x.shape[-1]), y.reshape(len(y), y.shape[1], -1))
    return found.reshape(len(x), *sizes or (1,))
