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


class Encoder(nn.Module):
    def __init__(self, filters):
        super().__init__()
        self.convs = nn.ModuleList()
        self.bns = nn.ModuleList()
        for n in filters:
            self.convs.append(nn.Sequential(SamePad(3, 2), nn.LazyConv2d(n, 3, stride=2, bias=False)))
            self.bns.append(nn.LazyBatchNorm2d(eps=0.001, momentum=0.01))

    def forward(self, x):
        for i in range(len(self.convs)):
            x = self.convs[i](x)
            x = F.relu(self.bns[i](x))
        return x.mean((2, 3))


class Scorer(nn.Module):
    """An image and numbers that belong to it; two scores by name."""

    def __init__(self, filters=(4, 8), units=8):
        super().__init__()
        self.encoder = Encoder(filters)
        self.embed = nn.Sequential(nn.LazyLinear(units), nn.ReLU())
        self.value = nn.LazyLinear(1)
        self.policy = nn.Sequential(nn.LazyLinear(3), nn.Softmax(dim=-1))

    def forward(self, inputs):
        image, numbers = inputs
        x = self.encoder(image)
        y = self.embed(numbers)
        z = torch.cat([x, y], dim=-1)
        return {"value": self.value(z), "policy": self.policy(z)}
