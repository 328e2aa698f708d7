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


class Permute(nn.Module):
    """Puts the axes after the first in another order, counted from 1."""

    def __init__(self, axes):
        super().__init__()
        self.axes = axes

    def forward(self, x):
        return x.permute(0, *self.axes)


class Reshape(nn.Module):
    """Puts what follows the first axis in another shape."""

    def __init__(self, shape):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        return x.reshape(x.shape[0], *self.shape)


class Encoder(nn.Module):
    def __init__(self, code=4):
        super().__init__()
        self.net = nn.Sequential(
            SamePad(3, 2), nn.LazyConv2d(4, 3, stride=2), nn.ReLU(),
            SamePad(3, 2), nn.Conv2d(4, 8, 3, stride=2), nn.ReLU(),
            Permute((2, 3, 1)), nn.Flatten(),
        )
        self.mean = nn.LazyLinear(code)
        self.spread = nn.Sequential(nn.LazyLinear(code), nn.Softplus())

    def forward(self, x):
        x = self.net(x)
        return self.mean(x), self.spread(x)


class Autoencoder(nn.Module):
    """From an image to a code and back."""

    def __init__(self, code=4):
        super().__init__()
        self.encoder = Encoder(code)
        self.decoder = nn.Sequential()
        self.decoder.append(nn.Sequential(nn.Linear(code, 2 * 2 * 8), nn.ReLU()))
        self.decoder.append(Reshape((2, 2, 8)))
        self.decoder.append(nn.Sequential(Permute((3, 1, 2)), nn.Conv2d(8, 8, 3, padding="same"), nn.ReLU()))
        for filters in (8, 4):
            self.decoder.append(nn.Upsample(scale_factor=(2, 2)))
            self.decoder.append(nn.Sequential(nn.LazyConv2d(filters, 3, padding="same"), nn.ReLU()))
        self.decoder.append(nn.Sequential(nn.LazyConv2d(1, 1), nn.Sigmoid()))

    def forward(self, inputs):
        mean, spread = self.encoder(inputs)
        code = mean + 0.1 * spread
        return self.decoder(code), mean, spread
