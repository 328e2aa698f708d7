import torch.nn.functional as F
from torch import nn


class SeparableConv2d(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size):
        super().__init__()
        self.pointwise = nn.Conv2d(in_channels, out_channels, 1)
        self.depthwise = nn.Conv2d(in_channels, in_channels, kernel_size, groups=in_channels, bias=False)

    def forward(self, x):
        return self.pointwise(self.depthwise(x))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(3, 6, 3, padding=1, groups=3, bias=False), nn.Conv2d(6, 6, 1))
        self.bn = nn.BatchNorm2d(6, eps=1e-3, momentum=0.01)
        self.second_pointwise = nn.Conv2d(6, 6, 1, bias=False)
        self.second_depthwise = nn.Conv2d(6, 6, 3, groups=6, bias=False)
        self.third = SeparableConv2d(6, 4, 3)

    def forward(self, x):
        x = self.bn(F.relu(self.first(x)))
        x = self.second_pointwise(self.second_depthwise(x))
        return self.third(x)


def make():
    return Model()
