import torch


class GaussianNoise(torch.nn.Module):
    """Adds noise of a normal distribution while the model trains."""

    def __init__(self, stddev):
        super().__init__()
        self.stddev = stddev

    def forward(self, x):
        return x + self.stddev * torch.randn_like(x) if self.training else x
