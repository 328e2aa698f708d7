import torch
import torch.nn.functional as F
from torch import nn


class Model(nn.Module):
    def __init__(self, vocabulary):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, 6)
        self.conv = nn.Conv1d(6, 8, 3, padding=1)
        self.norm = nn.LayerNorm(8, eps=1e-3)
        self.attention = nn.Linear(8, 1)
        self.dropout = nn.Dropout1d(0.2)

    def forward(self, tokens):
        x = self.embedding(tokens).transpose(1, 2)
        x = F.silu(self.conv(x)).transpose(1, 2)
        x = self.norm(x)
        x = self.dropout(x.transpose(1, 2)).transpose(1, 2)
        weights = F.softmax(self.attention(x), dim=1)
        pooled = torch.einsum("bti,btj->bij", weights, x)
        return {"sequence": x, "pooled": pooled.reshape(-1, 8)}


def make(vocabulary):
    return Model(vocabulary)
