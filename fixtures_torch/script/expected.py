from torch import nn


class Permute(nn.Module):
    """Puts the axes after the first in another order, counted from 1."""

    def __init__(self, axes):
        super().__init__()
        self.axes = axes

    def forward(self, x):
        return x.permute(0, *self.axes)


WINDOW = 20
FILTERS = [4, 6]

model = nn.Sequential()
for filters in FILTERS:
    model.append(nn.Sequential(nn.LazyConv1d(filters, 3, padding="same"), nn.ReLU()))
    model.append(nn.LazyBatchNorm1d(eps=0.001, momentum=0.01))
    model.append(nn.MaxPool1d(2))
model.append(nn.Sequential(Permute((2, 1)), nn.Flatten()))
model.append(nn.Sequential(nn.LazyLinear(10), nn.ELU()))
model.append(nn.Linear(10, 2))
