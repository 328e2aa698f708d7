import torch


class StochasticDepth(torch.nn.Module):
    """Sets whole examples to zero while the model trains, and scales the others up."""

    def __init__(self, p):
        super().__init__()
        self.p = p

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        kept = x.new_empty((x.shape[0], *[1] * (x.dim() - 1))).bernoulli_(1 - self.p)
        return x * kept / (1 - self.p)
