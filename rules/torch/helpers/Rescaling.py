import torch


class Rescaling(torch.nn.Module):
    """``x * scale + offset``; lists hold one number for each channel."""

    def __init__(self, scale, offset=0.0):
        super().__init__()
        self.register_buffer("scale", torch.as_tensor(scale, dtype=torch.get_default_dtype()), persistent=False)
        self.register_buffer("offset", torch.as_tensor(offset, dtype=torch.get_default_dtype()), persistent=False)

    def forward(self, x):
        shape = (1, -1, *[1] * (x.dim() - 2))
        scale = self.scale.view(shape) if self.scale.dim() else self.scale
        offset = self.offset.view(shape) if self.offset.dim() else self.offset
        return x * scale + offset
