import torch
from torch import nn


class Branch(nn.Module):
    def __init__(self, in_channels, filters):
        super().__init__()
        self.conv1 = nn.Sequential(nn.Conv2d(in_channels, filters, 3), nn.ReLU())
        self.pool = nn.MaxPool2d((2, 2))
        self.conv2 = nn.Sequential(nn.Conv2d(filters, filters * 2, 3), nn.ReLU())

    def forward(self, x):
        x = self.conv1(x)
        x = self.pool(x)
        x = self.conv2(x)
        return x.amax((2, 3))


class MakeModel(nn.Module):
    def __init__(self, numbers=5, classes=3):
        super().__init__()
        self.branch = Branch(3, 4)
        self.branch_1 = Branch(1, 2)
        self.extra_dense = nn.Sequential(nn.Linear(numbers, 8), nn.ReLU())
        self.dropout = nn.Dropout(0.2)
        self.scores = nn.Sequential(nn.Linear(20, classes), nn.Softmax(dim=-1))
        self.size = nn.Linear(8, 1)

    def forward(self, left, right, extra):
        x = torch.cat([self.branch(left), self.branch_1(right)], dim=-1)
        y = self.extra_dense(extra)
        x = torch.cat([x, y], dim=-1)
        x = self.dropout(x)
        scores = self.scores(x)
        size = self.size(y)
        return [scores, size]
