import torch
import torch.nn.functional as F
from torch import nn


class Attention(nn.Module):
    """Self attention."""

    def __init__(self, units, num_heads=2, dropout=0.1):
        super(Attention, self).__init__()
        self.units = units
        self.num_heads = num_heads
        self.depth = units // num_heads
        self.wq = nn.LazyLinear(units)
        self.wk = nn.LazyLinear(units)
        self.wv = nn.LazyLinear(units)
        self.out = nn.LazyLinear(units)
        self.dropout = nn.Dropout(dropout)
        self.scale = nn.Parameter(torch.ones((1,)))

    def split_heads(self, x, batch_size):
        x = x.reshape(batch_size, -1, self.num_heads, self.depth)
        return x.permute(0, 2, 1, 3)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        batch_size = inputs.shape[0]
        q = self.split_heads(self.wq(inputs.permute(0, 2, 1)), batch_size)
        k = self.split_heads(self.wk(inputs.permute(0, 2, 1)), batch_size)
        v = self.split_heads(self.wv(inputs.permute(0, 2, 1)), batch_size)
        dk = float(k.shape[-1])
        logits = torch.matmul(q, k.transpose(-2, -1)) / (dk ** 0.5)
        seq = inputs.shape[2]
        mask = 1.0 - torch.tril(torch.ones((seq, seq)), 0)
        logits += mask * -1e9
        w = torch.softmax(logits, dim=-1)
        w = self.dropout(w)
        x = torch.matmul(w, v).permute(0, 2, 1, 3)
        x = x.reshape(batch_size, -1, self.units)
        return (self.out(x) * self.scale).permute(0, 2, 1)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.att = Attention(8)
        self.bn = nn.LazyBatchNorm1d(eps=0.001, momentum=0.01)
        self.proj = nn.Sequential(nn.LazyLinear(16), nn.GELU(), nn.Linear(16, 8))

    def forward(self, x):
        x = x + self.att(x)
        x = self.bn(x)
        x = x + self.proj(x.permute(0, 2, 1)).permute(0, 2, 1)
        if self.training:
            x = F.dropout(x, p=0.1)
        return torch.mean(x, dim=2)
