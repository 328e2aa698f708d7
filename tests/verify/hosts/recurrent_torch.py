import torch
from torch import nn


class Cell(nn.Module):
    def __init__(self):
        super().__init__()
        self.ih = nn.Linear(5, 16)
        self.hh = nn.Linear(4, 16)

    def forward(self, x, h, c):
        i, f, g, o = (self.ih(x) + self.hh(h)).chunk(4, -1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c


class Loop(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = Cell()

    def forward(self, x):
        h = c = x.new_zeros(x.shape[0], 4)
        found = []
        for step in range(x.shape[1]):
            h, c = self.cell(x[:, step], h, c)
            found.append(h)
        return torch.stack(found, 1)


class Window(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(4, 4, 3, padding=2)

    def forward(self, x):
        return self.conv(x.transpose(1, 2))[:, :, :-2].transpose(1, 2)


class Pool(nn.Module):
    def forward(self, x):
        weights = torch.softmax(x.sum(-1, keepdim=True), 1)
        return torch.cat([(weights * x).sum(1), x.var(1), x[:, 1:].cumsum(1)[:, -1]], -1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.loop = Loop()
        self.lstm = nn.LSTM(4, 3, batch_first=True)
        self.gru = nn.GRU(3, 4, batch_first=True)
        self.window = Window()
        self.pool = Pool()
        self.out = nn.Linear(12, 2)

    def forward(self, x):
        x, _ = self.lstm(self.loop(x))
        x, _ = self.gru(x)
        return self.out(self.pool(self.window(x)))
