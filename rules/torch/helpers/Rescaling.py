import torch


class Rescaling(torch.nn.Module):
    """``x * scale + offset``; lists hold one number for each channel."""

    def __init__(self, scale, offset=0.0):
        super().__init__()
        self.scale = scale
        self.offset = offset

    def forward(self, x):
        scale, offset = (torch.as_tensor(v, dtype=x.dtype, device=x.device) for v in (self.scale, self.offset))
        ones = [1] * (x.dim() - 2)
        scale, offset = (v.view(-1, *ones) if v.dim() else v for v in (scale, offset))
        return x * scale + offset
