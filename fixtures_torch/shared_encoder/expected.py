import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self, shape, units):
        super().__init__()
        self.conv = nn.Conv2d(shape[-1], 4, 3, stride=2)
        self.leaky_relu = nn.LeakyReLU(0.1)
        self.flatten = nn.Flatten()
        self.dense = nn.Sequential(nn.LazyLinear(units), nn.Sigmoid())

    def forward(self, image):
        x = self.conv(image)
        x = self.leaky_relu(x)
        x = self.flatten(x.permute(0, 2, 3, 1))
        code = self.dense(x)
        return code


class Siamese(nn.Module):
    """Whether two images show the same: one encoder for both."""

    def __init__(self, shape=(9, 9, 1), units=6):
        super().__init__()
        self.encoder = Encoder(shape, units)
        self.judge = nn.Sequential(nn.Linear(units, 4), nn.Tanh())
        self.dense = nn.Sequential(nn.Linear(4, 1), nn.Sigmoid())

    def forward(self, first, second):
        distance = self.encoder(first) - self.encoder(second)
        distance = torch.abs(distance)
        once = self.judge(distance)
        twice = self.judge(distance * 0.5)
        return self.dense(once + twice)
