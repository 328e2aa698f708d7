import torch
from torch import nn


class MultiHeadAttention(nn.Module):
    """Attention of several heads, of any size, over all axes between the first and the last."""

    def __init__(
        self,
        query_size,
        num_heads,
        key_dim,
        value_dim=None,
        value_size=None,
        key_size=None,
        output_size=None,
        dropout=0.0,
        bias=True,
    ):
        super().__init__()
        value_dim = key_dim if value_dim is None else value_dim
        value_size = query_size if value_size is None else value_size
        key_size = value_size if key_size is None else key_size
        output_size = query_size if output_size is None else output_size
        self.num_heads = num_heads
        self.query = nn.Linear(query_size, num_heads * key_dim, bias=bias)
        self.key = nn.Linear(key_size, num_heads * key_dim, bias=bias)
        self.value = nn.Linear(value_size, num_heads * value_dim, bias=bias)
        self.output = nn.Linear(num_heads * value_dim, output_size, bias=bias)
        self.dropout = nn.Dropout(dropout)

    def _heads(self, x):
        return x.flatten(1, -2).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)

    def forward(
        self, query, value, key=None, attention_mask=None, return_attention_scores=False, use_causal_mask=False
    ):
        q = self._heads(self.query(query))
        k = self._heads(self.key(value if key is None else key))
        v = self._heads(self.value(value))
        scores = q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5
        sizes = (*query.shape[1:-1], *value.shape[1:-1])
        seen = None
        if attention_mask is not None:
            seen = attention_mask.bool()
            while seen.dim() < len(sizes) + 2:  # the same for all heads
                seen = seen.unsqueeze(-len(sizes) - 1)
            seen = seen.expand(*seen.shape[:2], *sizes).reshape(*seen.shape[:2], *scores.shape[-2:])
        if use_causal_mask:
            past = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).tril()
            seen = past if seen is None else seen & past
        if seen is not None:
            scores = scores.masked_fill(~seen, torch.finfo(scores.dtype).min)
        weights = scores.softmax(-1)
        if seen is not None and (return_attention_scores or self.dropout.p > 0 or query.dim() > 3):
            weights = weights.masked_fill(~seen, 0.0)  # as Keras does it, if nothing at all is seen
        x = self.output((self.dropout(weights) @ v).transpose(1, 2).flatten(2)).reshape(*query.shape[:-1], -1)
        return (x, weights.reshape(*weights.shape[:2], *sizes)) if return_attention_scores else x


class LazyMultiHeadAttention(nn.modules.lazy.LazyModuleMixin, MultiHeadAttention):
    """Attention of several heads that finds out the sizes of its inputs when it is called first."""

    cls_to_become = MultiHeadAttention

    def __init__(self, num_heads, key_dim, value_dim=None, output_size=None, **options):
        super().__init__(1, num_heads, key_dim, value_dim, output_size=output_size, **options)
        self.output_size = output_size
        for linear in self.children():
            if isinstance(linear, nn.Linear):
                linear.weight = nn.parameter.UninitializedParameter()
        if self.output.bias is not None:
            self.output.bias = nn.parameter.UninitializedParameter()

    def initialize_parameters(self, query, value, key=None, **_):
        output_size = query.shape[-1] if self.output_size is None else self.output_size
        sizes = (query.shape[-1], (value if key is None else key).shape[-1], value.shape[-1])
        for linear, size in zip((self.query, self.key, self.value), sizes, strict=True):
            linear.weight.materialize((linear.out_features, size))
            linear.in_features = size
        self.output.weight.materialize((output_size, self.output.in_features))
        if self.output.bias is not None:
            self.output.bias.materialize((output_size,))
        self.output.out_features = output_size
        for linear in (self.query, self.key, self.value, self.output):
            linear.reset_parameters()

    def has_uninitialized_params(self):
        return nn.parameter.is_lazy(self.query.weight)


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


class PositionEmbedding(nn.Module):
    def __init__(self, length, size):
        super().__init__()
        self.positions = nn.Embedding(length, size)

    def forward(self, x):
        return x + self.positions(torch.arange(x.shape[1]))


class TransformerBlock(nn.Module):
    def __init__(self, size, heads, hidden, rate=0.1, causal=True):
        super().__init__()
        self.causal = causal
        self.attention = LazyMultiHeadAttention(num_heads=heads, key_dim=size // heads, dropout=rate)
        self.feed_forward = nn.Sequential(nn.LazyLinear(hidden), nn.GELU(), nn.Linear(hidden, size))
        self.norm1 = LazyLayerNorm(eps=1e-6)
        self.norm2 = LazyLayerNorm(eps=1e-6)
        self.dropout = nn.Dropout(rate)

    def forward(self, x):
        normed = self.norm1(x)
        x = x + self.dropout(self.attention(normed, normed, use_causal_mask=self.causal))
        return x + self.dropout(self.feed_forward(self.norm2(x)))


class CreateModel(nn.Module):
    def __init__(self, vocabulary=30, length=6, size=8, heads=2, blocks=2):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, size)
        self.position_embedding = PositionEmbedding(length, size)
        self.blocks = nn.ModuleList()
        for i in range(blocks):
            self.blocks.append(TransformerBlock(size, heads, 4 * size, causal=i > 0))
        self.norm = nn.LayerNorm(size, eps=0.001)
        self.head = nn.Linear(size, vocabulary)

    def forward(self, inputs):
        x = self.embedding(inputs)
        x = self.position_embedding(x)
        for block in self.blocks:
            x = block(x)
        x = self.norm(x)
        return self.head(x)
