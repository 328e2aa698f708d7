import torch
import torch.nn.functional as F
from torch import nn


class SameConvTranspose2d(nn.ConvTranspose2d):
    """A transposed convolution with TensorFlow's "same" padding: the result is ``stride`` times as large."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, output_padding=None, bias=True, dilation=1):
        super().__init__(in_channels, out_channels, kernel_size, stride, bias=bias, dilation=dilation)
        asked = output_padding if isinstance(output_padding, (tuple, list)) else (output_padding,) * 2
        windows = [(k - 1) * d + 1 for k, d in zip(self.kernel_size, self.dilation, strict=True)]
        self.extra = [
            w - s if o is None else 2 * (w // 2) - o for w, s, o in zip(windows, self.stride, asked, strict=True)
        ]
        self.output_padding = tuple(max(-e, 0) for e in self.extra)  # a window smaller than the stride

    def forward(self, x):
        cuts = [-side for e in reversed(self.extra) for side in (max(e, 0) // 2, max(e, 0) - max(e, 0) // 2)]
        return F.pad(super().forward(x), cuts)


class Cropping(nn.Module):
    """Takes away what ((top, bottom), (left, right)) says, or a number from both sides of each axis."""

    def __init__(self, cropping, axes=2):
        super().__init__()
        one = not isinstance(cropping, (tuple, list)) or (axes == 1 and len(cropping) == 2)
        every = (cropping,) * axes if one else cropping
        pairs = [c if isinstance(c, (tuple, list)) else (c, c) for c in every]
        self.padding = [-size for pair in reversed(pairs) for size in pair]

    def forward(self, x):
        return F.pad(x, self.padding)


class ConvBlock(nn.Module):
    def __init__(self, in_channels, filters, slope=0.1):
        super().__init__()
        channels = in_channels
        self.convs = nn.ModuleList()
        self.bns = nn.ModuleList()
        self.leaky_relus = nn.ModuleList()
        for _ in range(2):
            self.convs.append(nn.Conv2d(channels, filters, 3, padding="same", bias=False))
            self.bns.append(nn.BatchNorm2d(filters, eps=0.001, momentum=0.01))
            self.leaky_relus.append(nn.LeakyReLU(negative_slope=slope))
            channels = filters
        self.out_channels = channels

    def forward(self, x):
        for conv, bn, leaky_relu in zip(self.convs, self.bns, self.leaky_relus):
            x = conv(x)
            x = bn(x)
            x = leaky_relu(x)
        return x


class Unet(nn.Module):
    def __init__(self, shape=(16, 24, 3), filters=4, depth=2, transposed=True, classes=2):
        super().__init__()
        self.transposed = transposed
        skips_channels = []
        self.conv_blocks = nn.ModuleList()
        self.pools = nn.ModuleList()
        channels_1 = shape[-1]
        for i in range(depth):
            self.conv_blocks.append(ConvBlock(channels_1, filters * 2**i))
            channels = self.conv_blocks[-1].out_channels
            skips_channels.append(channels)
            self.pools.append(nn.MaxPool2d(2))
            channels_1 = channels
        self.conv_block = ConvBlock(channels_1, filters * 2**depth)
        self.dropout = nn.Dropout(0.3)
        self.convs = nn.ModuleList()
        self.upsamples = nn.ModuleList()
        self.convs_1 = nn.ModuleList()
        self.is_layer = []
        self.conv_blocks_1 = nn.ModuleList()
        channels_2 = self.conv_block.out_channels
        for i in reversed(range(depth)):
            conv = None
            upsample = None
            conv_1 = None
            self.is_layer.append(i)
            width = filters * 2**i
            if transposed:
                conv = SameConvTranspose2d(channels_2, width, 3, stride=2)
            else:
                upsample = nn.Upsample(scale_factor=2, mode="bilinear")
                conv_1 = nn.Conv2d(channels_2, width, 2, padding="same")
            self.conv_blocks_1.append(ConvBlock(width + skips_channels[i], width))
            channels_2 = self.conv_blocks_1[-1].out_channels
            self.convs.append(conv)
            self.upsamples.append(upsample)
            self.convs_1.append(conv_1)
        self.cropping = Cropping(((2, 2), (4, 4)))
        self.conv = nn.Sequential(nn.Conv2d(channels_2, classes, 1), nn.Softmax(dim=1))

    def forward(self, inputs):
        x = inputs
        skips = []
        for conv_block, pool in zip(self.conv_blocks, self.pools):
            x = conv_block(x)
            skips.append(x)
            x = pool(x)
        x = self.dropout(self.conv_block(x))
        for index in range(len(self.convs)):
            if self.transposed:
                x = self.convs[index](x)
            else:
                x = self.convs_1[index](self.upsamples[index](x))
            x = self.conv_blocks_1[index](torch.cat([x, skips[self.is_layer[index]]], dim=1))
        x = self.cropping(x)
        return self.conv(x)


model = Unet()
upsampled = Unet(transposed=False, depth=1)
