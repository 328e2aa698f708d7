"""A causal convolutional network over time, as a Sequential that grows in a loop."""

import torch
from torch import nn


class GaussianNoise(nn.Module):
    """Adds noise of a normal distribution while the model trains."""

    def __init__(self, stddev):
        super().__init__()
        self.stddev = stddev

    def forward(self, x):
        return x + self.stddev * torch.randn_like(x) if self.training else x


class LayerNorm2d(nn.LayerNorm):
    """Layer normalization over axis 1, where images have their channels."""

    def forward(self, x):
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


class LastOutput(nn.Module):
    """Of what a recurrent module gives, the output at the last step."""

    def forward(self, result):
        return result[0][:, -1]


class Permute(nn.Module):
    """Puts the axes after the first in another order, counted from 1."""

    def __init__(self, axes):
        super().__init__()
        self.axes = axes

    def forward(self, x):
        return x.permute(0, *self.axes)


class RepeatVector(nn.Module):
    """The same vector at each of ``n`` steps."""

    def __init__(self, n):
        super().__init__()
        self.n = n

    def forward(self, x):
        return x[:, None].expand(-1, self.n, -1)


class Outputs(nn.Module):
    """Of what a recurrent module gives, the outputs at all steps."""

    def forward(self, result):
        return result[0]


STEPS, CHANNELS = 12, 3

model = nn.Sequential()
model.append(GaussianNoise(0.05))
for rate in (1, 2, 4):
    model.append(nn.Sequential(nn.ZeroPad1d((rate, 0)), nn.LazyConv1d(8, 2, dilation=rate), nn.ReLU()))
    model.append(LayerNorm2d(8, eps=0.001))
model.append(nn.ConvTranspose1d(8, 6, 4, stride=2, padding=1))
model.append(nn.PReLU(6, init=0.0))
model.append(nn.Sequential(Permute((2, 1)), nn.LSTM(6, 5, batch_first=True), LastOutput()))
model.append(RepeatVector(3))
model.append(nn.Sequential(nn.RNN(5, 4, nonlinearity="relu", batch_first=True), Outputs()))
model.append(nn.Linear(4, 2))
