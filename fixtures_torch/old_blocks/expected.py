import torch
import torch.nn.functional as F
from torch import nn


class SamePad(nn.Module):
    """Padding like TensorFlow's "same": by the size, if the stride is not 1; an odd one goes to the end."""

    def __init__(self, kernel_size, stride=1, dilation=1, axes=2, value=0.0):
        super().__init__()
        every = (v if isinstance(v, (tuple, list)) else (v,) * axes for v in (kernel_size, stride, dilation))
        self.windows = list(zip(*every, strict=True))
        self.value = value

    def forward(self, x):
        pads = []
        for size, (k, s, d) in zip(x.shape[2:], self.windows, strict=True):
            total = max((-(-size // s) - 1) * s + (k - 1) * d + 1 - size, 0)
            pads = [total // 2, total - total // 2, *pads]
        return F.pad(x, pads, value=self.value)


def variance_scaling_(weight, scale, mode):
    """A normal distribution cut off at two deviations, whose variance is ``scale`` by the numbers that are summed."""
    fan_in, fan_out = nn.init._calculate_fan_in_and_fan_out(weight)
    fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    std = (scale / fan) ** 0.5 / 0.87962566103423978
    return nn.init.trunc_normal_(weight, std=std, a=-2 * std, b=2 * std)


class ConvBn(nn.Module):
    def __init__(self, in_channels, nb_filter, nb_row, nb_col, border_mode="same", subsample=(1, 1)):
        super().__init__()
        self.conv = nn.Sequential(
            SamePad((nb_row, nb_col), subsample) if border_mode.lower() == "same" else nn.Identity(),
            nn.Conv2d(in_channels, nb_filter, (nb_row, nb_col), stride=subsample, bias=False),
        )
        variance_scaling_(self.conv[1].weight, 2.0, "fan_in")
        self.bn = nn.BatchNorm2d(nb_filter, eps=0.001, momentum=0.01)
        self.leaky_relu = nn.LeakyReLU(negative_slope=0.1)

    def forward(self, x):
        x = self.conv(x)
        x = self.bn(x)
        return self.leaky_relu(x)


class Net(nn.Module):
    def __init__(self, nb_classes=5):
        super().__init__()
        self.conv_bn = ConvBn(3, 8, 3, 3, subsample=(2, 2))
        self.conv_bn_1 = ConvBn(8, 8, 1, 1, border_mode="valid")
        self.conv_bn_2 = ConvBn(8, 4, 3, 3)
        self.pool = nn.MaxPool2d(kernel_size=(2, 2), stride=(2, 2))
        self.dropout = nn.Dropout(p=0.5)
        self.flatten = nn.Flatten()
        self.dense = nn.Sequential(nn.LazyLinear(out_features=16), nn.ReLU())
        self.dense_1 = nn.Sequential(nn.Linear(16, nb_classes), nn.Softmax(dim=-1))

    def forward(self, inputs):
        x = self.conv_bn(inputs)
        y = self.conv_bn_1(x)
        x = x + y
        y = self.conv_bn_2(x)
        x = torch.cat([x, y], dim=1)
        x = self.pool(x)
        x = self.dropout(x)
        x = self.flatten(x.permute(0, 2, 3, 1))
        x = self.dense(x)
        out = self.dense_1(x)
        return out
