import torch


class UnitNorm(torch.nn.Module):
    """Scales vectors along an axis, or several, to length 1."""

    def __init__(self, dim=-1):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        return x / x.norm(dim=self.dim, keepdim=True).clamp(min=1e-6)
