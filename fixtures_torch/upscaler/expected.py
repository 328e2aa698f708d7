import torch
import torch.nn.functional as F
from torch import nn


def depth_to_space(x: torch.Tensor, block: int) -> torch.Tensor:
    """Channels to blocks of pixels; the place in the block counts first, unlike in ``F.pixel_shuffle``."""
    n, c, h, w = x.shape
    x = x.reshape(n, block, block, c // block**2, h, w)
    return x.permute(0, 3, 4, 1, 5, 2).reshape(n, c // block**2, h * block, w * block)


def variance_scaling(shape, scale=1.0, mode="fan_avg", distribution="uniform"):
    """A new tensor, drawn as Keras draws a weight of that shape: its last two axes are what comes in and goes out."""
    window = torch.Size(shape[:-2]).numel()
    fan_in, fan_out = window * (shape[-2:-1] or shape or (1,))[0], window * (shape or (1,))[-1]
    variance = scale / max(1.0, {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode])
    if distribution == "uniform":
        return torch.empty(shape).uniform_(-((3 * variance) ** 0.5), (3 * variance) ** 0.5)
    std = variance**0.5 / 0.87962566103423978  # what cutting off at two deviations takes away
    return nn.init.trunc_normal_(torch.empty(shape), std=std, a=-2 * std, b=2 * std)


class PixelShuffleBlock(nn.Module):
    def __init__(self, filters, factor=2):
        super().__init__()
        self.factor = factor
        self.conv = nn.LazyConv2d(filters * factor ** 2, 3, padding="same")
        self.act = nn.LeakyReLU(0.1)

    def forward(self, x):
        x = depth_to_space(self.conv(x), self.factor)
        return self.act(x)


class CoordAttention(nn.Module):
    def __init__(self, in_channels):
        super().__init__()
        self.w = nn.Parameter(variance_scaling((1, 1, in_channels, in_channels)))
        self.b = nn.Parameter(torch.zeros((in_channels,)))

    def forward(self, x):
        y = F.conv2d(x, self.w.permute(3, 2, 0, 1), padding="same")
        y = y + self.b.view(-1, 1, 1)
        h = x.shape[2]
        w = x.shape[3]
        pooled_h = torch.mean(y, dim=3, keepdim=True)
        pooled_w = torch.mean(y, dim=2, keepdim=True).permute(0, 3, 2, 1)
        z = torch.cat([pooled_h, pooled_w.permute(0, 3, 1, 2)], dim=2)
        a, b = torch.split(z, [h, w], dim=2)
        b = b.permute(0, 3, 2, 1)
        return x * torch.sigmoid(a) * torch.sigmoid(b).permute(0, 3, 1, 2)


class Upscaler(nn.Module):
    def __init__(self, filters=8):
        super(Upscaler, self).__init__()
        self.stem = nn.Sequential(nn.LazyConv2d(filters, 3, padding="same"), nn.ReLU())
        self.attention = CoordAttention(filters)
        self.up = PixelShuffleBlock(filters)
        self.norm_scale = 0.5
        self.head = nn.Sequential(nn.LazyConv2d(3, 3, padding="same"), nn.Tanh())

    def forward(self, inputs):
        mean, var = (inputs.mean((2, 3), keepdim=True), inputs.var((2, 3), unbiased=False, keepdim=True))
        x = (inputs - mean) / torch.sqrt(var + 1e-3)
        x = self.attention(self.stem(x))
        x = F.pad(x, (1, 1, 1, 1), mode="reflect")
        x = x[:, :, 1:-1, 1:-1]
        x = self.up(x)
        skip = F.interpolate(inputs, size=x.shape[2:], mode="bilinear")
        x = self.head(x) * self.norm_scale + skip
        flat = x.permute(0, 2, 3, 1).reshape(x.shape[0], -1, x.shape[1])
        gram = torch.einsum("bic,bid->bcd", flat, flat) / float(flat.shape[1])
        return torch.clamp(x, -1.0, 1.0), F.normalize(gram, dim=-1, eps=1e-06)
