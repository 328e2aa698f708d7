import torch


class ThresholdedReLU(torch.nn.Module):
    """What is at least ``threshold``, up to ``max_value``; below it goes down by ``negative_slope``."""

    def __init__(self, max_value=None, negative_slope=0.0, threshold=0.0):
        super().__init__()
        self.max_value = max_value
        self.negative_slope = negative_slope
        self.threshold = threshold

    def forward(self, x):
        kept = x if self.max_value is None else x.clamp(max=self.max_value)
        return torch.where(x >= self.threshold, kept, self.negative_slope * (x - self.threshold))
