import torch

from .SamePad import SamePad


class SameAveragePooling(torch.nn.Module):
    """Average pooling with TensorFlow's "same" padding, which does not count the padding."""

    def __init__(self, kernel_size, stride=None, axes=2):
        super().__init__()
        stride = kernel_size if stride is None else stride
        self.pad = SamePad(kernel_size, stride, axes=axes)
        pools = (torch.nn.AvgPool1d, torch.nn.AvgPool2d, torch.nn.AvgPool3d)
        self.pool = pools[axes - 1](kernel_size, stride)

    def forward(self, x):
        counted = self.pool(self.pad(torch.ones_like(x[:1, :1])))
        return self.pool(self.pad(x)) / counted
