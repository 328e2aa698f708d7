import torch

from .SamePad import SamePad


class SeparableConv1d(torch.nn.Sequential):
    """A depthwise convolution, then one over channels only."""

    def __init__(self, channels, filters, kernel_size, stride=1, padding="valid", dilation=1, multiplier=1, bias=True):
        pad = [SamePad(kernel_size, stride, dilation, axes=1)] if padding.lower() == "same" else []
        inner = channels * multiplier
        depthwise = torch.nn.Conv1d(channels, inner, kernel_size, stride, 0, dilation, channels, bias=False)
        super().__init__(*pad, depthwise, torch.nn.Conv1d(inner, filters, 1, bias=bias))
