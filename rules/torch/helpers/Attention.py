import torch


class Attention(torch.nn.Module):
    """Attention by products of queries and keys, without sizes of its own."""

    def __init__(self, use_scale=False, dropout=0.0):
        super().__init__()
        self.scale = torch.nn.Parameter(torch.ones(())) if use_scale else None
        self.dropout = torch.nn.Dropout(dropout)

    def scores(self, query, key):
        scores = query @ key.transpose(-2, -1)
        return scores if self.scale is None else self.scale * scores

    def forward(self, inputs, return_attention_scores=False, use_causal_mask=False):
        query, value, *rest = inputs
        scores = self.scores(query, *(rest or [value]))
        if use_causal_mask:
            seen = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).tril()
            scores = scores.masked_fill(~seen, torch.finfo(scores.dtype).min)
        weights = self.dropout(scores.softmax(-1))
        x = weights @ value
        return (x, weights) if return_attention_scores else x
