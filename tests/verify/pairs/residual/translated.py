import torch.nn.functional as F
from torch import nn


class Block(nn.Module):
    def __init__(self, in_channels, filters, stride=1, conv_shortcut=True):
        super().__init__()
        self.shortcut = None
        # main path first, as people write it: the order of attributes is not that of calls
        self.conv1 = nn.Conv2d(in_channels, filters, 1, stride=stride)
        self.bn1 = nn.BatchNorm2d(filters, eps=1.001e-5, momentum=0.01)
        self.conv2 = nn.Conv2d(filters, 4 * filters, 3, padding=1)
        self.bn2 = nn.BatchNorm2d(4 * filters, eps=1.001e-5, momentum=0.01)
        if conv_shortcut:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_channels, 4 * filters, 1, stride=stride),
                nn.BatchNorm2d(4 * filters, eps=1.001e-5, momentum=0.01),
            )

    def forward(self, x):
        shortcut = x if self.shortcut is None else self.shortcut(x)
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.bn2(self.conv2(x))
        return F.relu(shortcut + x)


class Model(nn.Module):
    def __init__(self, include_top=True, classes=5):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 7, stride=2, padding=3)
        channels = 8
        blocks = []
        for i in range(3):
            blocks.append(Block(channels, 2 + i // 2, stride=1 + i // 2, conv_shortcut=i != 1))
            channels = 4 * (2 + i // 2)
        self.blocks = nn.Sequential(*blocks)
        self.include_top = include_top
        if include_top:
            self.predictions = nn.Linear(channels, classes)

    def forward(self, x):
        x = F.pad(self.conv1(x), (1, 1, 1, 1))
        x = self.blocks(F.max_pool2d(x, 3, stride=2))
        if self.include_top:
            x = F.softmax(self.predictions(x.mean((2, 3))), dim=-1)
        return x


def make(include_top=True, classes=5):
    return Model(include_top, classes)
