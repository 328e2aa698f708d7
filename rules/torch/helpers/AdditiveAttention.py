import torch

from .Attention import Attention


class AdditiveAttention(Attention):
    """Attention by the hyperbolic tangent of sums of queries and keys."""

    def __init__(self, size, dropout=0.0):
        super().__init__(dropout=dropout)
        self.scale = torch.nn.Parameter(torch.randn(size) / size**0.5)

    def scores(self, query, key):
        return (self.scale * torch.tanh(query[:, :, None] + key[:, None])).sum(-1)
