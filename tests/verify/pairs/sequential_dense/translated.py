from torch import nn


def make(units=32, classes=3):
    return nn.Sequential(
        nn.Linear(7, units),
        nn.ReLU(),
        nn.Dropout(0.4),
        nn.Linear(units, units, bias=False),
        nn.Tanh(),
        nn.Linear(units, classes),
        nn.Softmax(dim=-1),
    )
