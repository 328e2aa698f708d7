import torch
import torch.nn.functional as F
from torch import nn


class Scale(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(features))

    def forward(self, x):
        x = x.float() * self.scale / 3.7
        return torch.cat([x, torch.ones(len(x), 1) / torch.tensor(3.0)], dim=-1)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(5, 4)
        self.scale = Scale(4)

    def forward(self, x):
        return F.softmax(self.scale(F.gelu(self.fc(x))) / 255.0, dim=-1)


def make():
    return Model()
