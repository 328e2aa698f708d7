import torch.nn.functional as F
from torch import nn


def pad_same(x, kernel_size, stride, value=0.0):
    """Pad to ceil(size / stride) windows, the larger half behind."""
    pads = []
    for size in reversed(x.shape[2:]):
        total = max((-(-size // stride) - 1) * stride + kernel_size - size, 0)
        pads += [total // 2, total - total // 2]
    return F.pad(x, pads, value=value)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.depthwise = nn.Conv2d(4, 8, 3, padding=1, groups=4)
        self.conv1 = nn.Conv2d(8, 6, 3, stride=2, bias=False)
        self.conv2 = nn.Conv2d(6, 6, 3, padding=2, dilation=2, groups=2)
        self.up = nn.ConvTranspose2d(6, 3, 4, stride=2, padding=1)

    def forward(self, x):
        x = F.relu6(self.depthwise(x))
        x = self.conv1(pad_same(x, 3, 2))
        x = self.conv2(x)
        x = F.max_pool2d(pad_same(x, 2, 2, float("-inf")), 2)
        x = F.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)
        return self.up(x)


def make():
    return Model()
