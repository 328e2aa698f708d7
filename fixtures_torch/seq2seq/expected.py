import torch
from torch import nn


def initial_states(states):
    """States to begin with, each with the axis of layers that PyTorch's recurrent modules have; None stays None."""
    if states is None:
        return None
    if torch.is_tensor(states):
        return states[None]
    states = tuple(state[None] for state in states)
    return states if len(states) > 1 else states[0]


class Attention(nn.Module):
    """Attention by products of queries and keys, without sizes of its own."""

    def __init__(self, use_scale=False, dropout=0.0):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(())) if use_scale else None
        self.dropout = nn.Dropout(dropout)

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


class Encoder(nn.Module):
    def __init__(self, vocabulary, units):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, 6)
        self.gru = nn.GRU(6, units, batch_first=True)

    def forward(self, tokens, state=None):
        x = self.embedding(tokens)
        outputs, state = self.gru(x, initial_states(state))
        state = state[0]
        return outputs, state


class Decoder(nn.Module):
    """Looks at what the encoder gave for each word, at every step."""

    def __init__(self, vocabulary, units):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, 6)
        self.gru = nn.GRU(6, units, batch_first=True)
        self.attention = Attention(use_scale=True)
        self.out = nn.LazyLinear(vocabulary)

    def forward(self, tokens, encoded, state):
        x = self.embedding(tokens)
        x, _ = self.gru(x, state[None])
        context = self.attention([x, encoded])
        return self.out(torch.cat([x, context], dim=-1))


class Translator(nn.Module):
    def __init__(self, vocabulary=20, units=8):
        super().__init__()
        self.encoder = Encoder(vocabulary, units)
        self.decoder = Decoder(vocabulary, units)

    def forward(self, source, target):
        encoded, state = self.encoder(source)
        return self.decoder(target, encoded, state)
