import torch

from .MultiHeadAttention import MultiHeadAttention


class AxisAttention(MultiHeadAttention):
    """Attention of several heads along some of the axes between the first and the last; the others are batches."""

    def __init__(self, *sizes, attention_axes, **options):
        super().__init__(*sizes, **options)
        self.attention_axes = (attention_axes,) if isinstance(attention_axes, int) else attention_axes

    def _axes(self, x):
        """The axes to attend along, and how far behind the batches they go."""
        axes = range(1, x.dim() - 1) if self.attention_axes is None else self.attention_axes
        return [axis % x.dim() for axis in axes], list(range(-1 - len(axes), -1))

    def _fold(self, x):
        axes, places = self._axes(x)
        return x.movedim(axes, places).flatten(0, places[0] - 1)

    def forward(
        self, query, value, key=None, attention_mask=None, return_attention_scores=False, use_causal_mask=False
    ):
        if query.dim() == 3:  # there are no others
            return super().forward(query, value, key, attention_mask, return_attention_scores, use_causal_mask)
        axes, places = self._axes(query)
        batch = query.movedim(axes, places).shape[: places[0]]
        if use_causal_mask:
            past = torch.ones(query.shape[1], value.shape[1], dtype=torch.bool, device=query.device).tril()
            attention_mask = past if attention_mask is None else attention_mask.bool() & past
        if attention_mask is not None:
            while attention_mask.dim() < len(batch) + 1 + 2 * len(axes):  # the same for all heads and batches
                attention_mask = attention_mask.unsqueeze(-1 - 2 * len(axes))
            attention_mask = attention_mask.expand(*batch, *attention_mask.shape[len(batch) :])
            attention_mask = attention_mask.flatten(0, len(batch) - 1)
        folded = [x if x is None else self._fold(x) for x in (query, value, key)]
        x, weights = super().forward(*folded, attention_mask, return_attention_scores=True)
        x = x.unflatten(0, batch).movedim(places, axes)
        return (x, weights.unflatten(0, batch)) if return_attention_scores else x
