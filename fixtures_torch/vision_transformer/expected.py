import torch
from torch import nn


class LazyLayerNorm(nn.modules.lazy.LazyModuleMixin, nn.LayerNorm):
    """Layer normalization over the last axis, whose size it finds out when it is called first."""

    cls_to_become = nn.LayerNorm

    def __init__(self, eps=1e-5):
        super().__init__(0, eps)
        self.weight = nn.parameter.UninitializedParameter()
        self.bias = nn.parameter.UninitializedParameter()

    def initialize_parameters(self, x):
        if self.has_uninitialized_params():
            self.normalized_shape = (x.shape[-1],)
            self.weight.materialize(self.normalized_shape)
            self.bias.materialize(self.normalized_shape)
            self.reset_parameters()


class PatchEmbedding(nn.Module):
    def __init__(self, patch, width):
        super().__init__()
        self.patch = patch
        self.project = nn.LazyLinear(width)

    def forward(self, images):
        shape = images.shape
        n, h, w, c = shape
        p = self.patch
        x = images.reshape(n, h // p, p, w // p, p, c)
        x = x.permute(0, 1, 3, 2, 4, 5)
        x = x.reshape(n, (h // p) * (w // p), p * p * c)
        return self.project(x)


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.scale = (width // heads) ** -0.5
        self.qkv = nn.LazyLinear(3 * width, bias=False)
        self.out = nn.LazyLinear(width)

    def forward(self, x, mask=None):
        b, t, c = x.shape
        qkv = self.qkv(x).reshape(b, t, 3, self.heads, c // self.heads)
        q, k, v = torch.unbind(qkv.permute(2, 0, 3, 1, 4))
        scores = torch.einsum("bhqd,bhkd->bhqk", q, k) * self.scale
        causal = torch.tril(torch.ones((t, t)))
        scores = torch.where(causal > 0, scores, -1e9)
        weights = torch.softmax(scores, dim=-1)
        x = torch.matmul(weights, v)
        x = torch.transpose(x, 1, 2).reshape(b, t, c)
        return self.out(x)


class Block(nn.Module):
    def __init__(self, width, heads, ratio=2):
        super().__init__()
        self.norm1 = LazyLayerNorm(eps=1e-6)
        self.attention = Attention(width, heads)
        self.norm2 = LazyLayerNorm(eps=1e-6)
        self.grow = nn.Sequential(nn.LazyLinear(width * ratio), nn.GELU())
        self.shrink = nn.Linear(width * ratio, width)

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.shrink(self.grow(self.norm2(x)))


class TinyViT(nn.Module):
    def __init__(self, patch=4, width=8, heads=2, depth=2, classes=3):
        super().__init__()
        self.embed = PatchEmbedding(patch, width)
        self.blocks = nn.ModuleList([Block(width, heads) for _ in range(depth)])
        self.norm = LazyLayerNorm(eps=0.001)
        self.head = nn.LazyLinear(classes)

    def forward(self, images):
        x = self.embed(images.to(torch.float32) / 127.5 - 1.0)
        positions = torch.arange(0, x.shape[1], dtype=torch.float32)
        x = x + torch.unsqueeze(torch.sin(positions), dim=-1)
        for block in self.blocks:
            x = block(x)
        x = self.norm(x)
        pooled = torch.cat([torch.mean(x, dim=1), torch.amax(x, dim=1)], dim=-1)
        return self.head(torch.log_softmax(pooled, -1))
