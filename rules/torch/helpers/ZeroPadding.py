import torch


class ZeroPadding(torch.nn.Module):
    """Zeros around the last axes: ((top, bottom), (left, right)), or a number for both sides of each axis."""

    def __init__(self, padding, axes=2):
        super().__init__()
        one = not isinstance(padding, (tuple, list)) or (axes == 1 and len(padding) == 2)
        every = (padding,) * axes if one else padding
        pairs = [p if isinstance(p, (tuple, list)) else (p, p) for p in every]
        self.padding = [size for pair in reversed(pairs) for size in pair]

    def forward(self, x):
        return torch.nn.functional.pad(x, self.padding)
