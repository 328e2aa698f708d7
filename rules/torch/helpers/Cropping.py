import torch


class Cropping(torch.nn.Module):
    """Takes away what ((top, bottom), (left, right)) says, or a number from both sides of each axis."""

    def __init__(self, cropping, axes=2):
        super().__init__()
        one = not isinstance(cropping, (tuple, list)) or (axes == 1 and len(cropping) == 2)
        every = (cropping,) * axes if one else cropping
        pairs = [c if isinstance(c, (tuple, list)) else (c, c) for c in every]
        self.padding = [-size for pair in reversed(pairs) for size in pair]

    def forward(self, x):
        return torch.nn.functional.pad(x, self.padding)
