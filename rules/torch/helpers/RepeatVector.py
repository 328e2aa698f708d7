import torch


class RepeatVector(torch.nn.Module):
    """The same vector at each of ``n`` steps."""

    def __init__(self, n):
        super().__init__()
        self.n = n

    def forward(self, x):
        return x[:, None].expand(-1, self.n, -1)
