import torch


class MultiHeadAttention(torch.nn.Module):
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
        self.query = torch.nn.Linear(query_size, num_heads * key_dim, bias=bias)
        self.key = torch.nn.Linear(key_size, num_heads * key_dim, bias=bias)
        self.value = torch.nn.Linear(value_size, num_heads * value_dim, bias=bias)
        self.output = torch.nn.Linear(num_heads * value_dim, output_size, bias=bias)
        self.dropout = torch.nn.Dropout(dropout)

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
