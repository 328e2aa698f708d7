import torch


class GaussianDropout(torch.nn.Module):
    """Multiplies by noise of a normal distribution around 1 while the model trains."""

    def __init__(self, p):
        super().__init__()
        self.stddev = (p / (1 - p)) ** 0.5

    def forward(self, x):
        return x * (1 + self.stddev * torch.randn_like(x)) if self.training else x
