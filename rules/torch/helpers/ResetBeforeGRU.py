import torch

from .LoopedGRU import LoopedGRU


class ResetBeforeGRU(LoopedGRU):
    """A GRU that resets the state before it is multiplied."""

    def reset(self, h, r):
        bias = self.bias_hh_l0[-self.hidden_size :] if self.bias else None
        return torch.nn.functional.linear(r * h, self.weight_hh_l0[-self.hidden_size :], bias)
