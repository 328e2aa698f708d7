import torch


def take(x, indices, axis):
    """The items of ``x`` at ``indices``, of any shape, along one axis."""
    axis = axis % x.dim()
    indices = torch.as_tensor(indices, device=x.device)
    found = x.index_select(axis, indices.flatten() % x.shape[axis])
    return found.reshape(*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :])
