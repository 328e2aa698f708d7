from torch import nn


class Network(nn.Module):
    def __init__(self, size=16, stride=2):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, stride=stride)
        self.conv_1 = nn.Conv2d(3, 4, 1, stride=stride)
        self.norm = nn.LazyBatchNorm2d()
        self.conv_2 = nn.Conv2d(3, 4, 1)

    def forward(self, inputs):
        x = self.conv(nn.functional.pad(inputs, (0, 1, 0, 1)))
        shortcut = inputs
        if shortcut.shape[2] != x.shape[2]:
            shortcut = self.conv_1(shortcut)
        elif shortcut.shape[1] != x.shape[1]:
            shortcut = self.norm(self.conv_2(shortcut))
        return x + shortcut
