import torch
from torch import nn


def variance_scaling_(weight, scale, mode):
    """A normal distribution cut off at two deviations, whose variance is ``scale`` by the numbers that are summed."""
    fan_in, fan_out = nn.init._calculate_fan_in_and_fan_out(weight)
    fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    std = (scale / fan) ** 0.5 / 0.87962566103423978
    return nn.init.trunc_normal_(weight, std=std, a=-2 * std, b=2 * std)


class DoubleConv(nn.Module):
    def __init__(self, in_channels, filters):
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(in_channels, filters, 3, padding="same"),
            nn.ReLU(),
        )
        variance_scaling_(self.conv[0].weight, 2.0, "fan_in")
        self.conv_1 = nn.Sequential(
            nn.Conv2d(filters, filters, 3, padding="same"),
            nn.ReLU(),
        )
        variance_scaling_(self.conv_1[0].weight, 2.0, "fan_in")

    def forward(self, x):
        x = self.conv(x)
        return self.conv_1(x)


class Unet(nn.Module):
    """A U-Net with three scales."""

    def __init__(self, channels=3, classes=2, base=4):
        super().__init__()
        # down
        self.double_conv = DoubleConv(channels, base)
        self.pool = nn.MaxPool2d((2, 2))
        self.double_conv_1 = DoubleConv(base, base * 2)
        self.pool_1 = nn.MaxPool2d((2, 2))

        # the bottom
        self.double_conv_2 = DoubleConv(base * 2, base * 4)
        self.dropout = nn.Dropout(0.3)

        # up
        self.upsample = nn.Upsample(scale_factor=(2, 2))
        self.conv = nn.Sequential(
            nn.Conv2d(base * 4, base * 2, 2, padding="same"),
            nn.ReLU(),
        )
        self.double_conv_3 = DoubleConv(2 * (base * 2), base * 2)
        self.upsample_1 = nn.Upsample(scale_factor=(2, 2))
        self.conv_1 = nn.Sequential(nn.Conv2d(base * 2, base, 2, padding="same"), nn.ReLU())
        self.double_conv_4 = DoubleConv(2 * base, base)
        self.conv_2 = nn.Sequential(nn.Conv2d(base, classes, 1), nn.Softmax(dim=1))

    def forward(self, inputs):
        c1 = self.double_conv(inputs)
        p1 = self.pool(c1)
        c2 = self.double_conv_1(p1)
        p2 = self.pool_1(c2)

        c3 = self.dropout(self.double_conv_2(p2))

        u2 = self.conv(self.upsample(c3))
        c4 = self.double_conv_3(torch.cat([c2, u2], dim=1))
        u1 = self.conv_1(self.upsample_1(c4))
        c5 = self.double_conv_4(torch.cat([c1, u1], dim=1))
        outputs = self.conv_2(c5)
        return outputs
