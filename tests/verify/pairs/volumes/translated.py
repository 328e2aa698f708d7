import torch
import torch.nn.functional as F
from torch import nn


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv3d(2, 3, 3, padding=1)

    def forward(self, x):
        x = F.max_pool3d(F.elu(self.conv(x)), 2, ceil_mode=True)
        behind = (0, 1, 0, 1, 0, 1)
        return F.avg_pool3d(F.pad(x, behind), 2, 1) / F.avg_pool3d(F.pad(torch.ones_like(x), behind), 2, 1)


def make():
    return Model()
