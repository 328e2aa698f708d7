import torch
import torch.nn.functional as F
from torch import nn


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(2, 4, 3, padding=1)
        self.size = nn.Linear(3, 4)
        self.mask = nn.Conv2d(4, 1, 1)
        self.scores = nn.Linear(8, 2)

    def forward(self, inputs):
        x = self.conv1(inputs["image"])
        y = torch.cat([x.mean((2, 3)), self.size(inputs["size"])], dim=1)
        y = torch.where(inputs["flag"][:, None], y, -y)
        return {"mask": F.sigmoid(self.mask(x)), "scores": [self.scores(y), y]}


def make():
    return Model()
