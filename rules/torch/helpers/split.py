import torch


def split(x, sections, dim):
    """``x`` in equal parts, ``sections`` of them, or parts of these sizes."""
    if isinstance(sections, int):
        return torch.split(x, x.shape[dim] // sections, dim)
    return torch.split(x, sections, dim)
