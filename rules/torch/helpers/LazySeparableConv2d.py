import torch

from .LazyDepthwiseConv2d import LazyDepthwiseConv2d
from .SamePad import SamePad


class LazySeparableConv2d(torch.nn.Sequential):
    """A depthwise convolution, then one over channels only; finds its channels out when it is called first."""

    def __init__(self, filters, kernel_size, stride=1, padding="valid", dilation=1, multiplier=1, bias=True):
        pad = [SamePad(kernel_size, stride, dilation, axes=2)] if padding.lower() == "same" else []
        depthwise = LazyDepthwiseConv2d(kernel_size, stride, 0, dilation, False, multiplier)
        super().__init__(*pad, depthwise, torch.nn.LazyConv2d(filters, 1, bias=bias))
