import torch
from torch import nn


class Normalization(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.register_buffer("mean", torch.zeros(channels, 1, 1))
        self.register_buffer("variance", torch.ones(channels, 1, 1))

    def forward(self, x):
        return (x - self.mean) / self.variance.sqrt().clamp(min=1e-7)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("scale", torch.tensor([1 / 3, 1 / 4, 1 / 5])[:, None, None], persistent=False)
        self.norm = Normalization(3)
        self.conv = nn.Conv2d(3, 2, 3)

    def forward(self, x):
        return self.conv(self.norm(x * self.scale - 0.5))


def make():
    return Model()
