import torch


class BothDirections(torch.nn.Module):
    """Of what a bidirectional module gives, the outputs of both directions, side by side or put together."""

    def __init__(self, merge=None, last=False):
        super().__init__()
        self.merge = merge
        self.last = last

    def forward(self, result):
        outputs, states = result
        if self.last:
            both = states[0] if isinstance(states, tuple) else states
        else:
            both = outputs.unflatten(-1, (2, -1)).movedim(-2, 0)
        return torch.cat(tuple(both), dim=-1) if self.merge is None else getattr(both, self.merge)(0)
