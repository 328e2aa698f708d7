import torch
from torch import nn


class Average(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(6))
        self.register_buffer("seen", torch.zeros(6))

    def forward(self, x):
        if self.training:
            self.seen = 0.9 * self.seen + 0.1 * x.detach().mean(0)
        return x * self.weight + self.seen


class Gate(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(6, 6)

    def forward(self, x):
        return x * torch.sigmoid(self.inner(x.detach()))


class Share(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 6)

    def forward(self, x):
        return self.fc(torch.relu(self.fc(x))) + x * self.fc.weight.diagonal()


class Squares(nn.Module):
    def __init__(self):
        super().__init__()
        self.matrix = nn.Parameter(torch.eye(6))
        self.bias = nn.Parameter(torch.zeros(6))

    def forward(self, x):
        return x @ self.matrix + self.bias


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(5, 6)
        self.bn = nn.BatchNorm1d(6, momentum=0.2)
        self.average = Average()
        self.gate = Gate()
        self.share = Share()
        self.squares = Squares()
        self.drop = nn.Dropout(0.4)
        self.frozen = nn.Linear(6, 6)
        self.frozen.requires_grad_(False)
        self.last = nn.Linear(6, 3)

    def forward(self, x):
        x = torch.relu(self.bn(self.first(x)))
        x = self.squares(self.share(self.gate(self.average(x))))
        x = self.drop(x) + torch.tanh(self.frozen(x))
        return {"logits": self.last(x), "norm": torch.linalg.vector_norm(x, dim=1)}
