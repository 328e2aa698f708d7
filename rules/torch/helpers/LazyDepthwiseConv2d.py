import torch


class LazyDepthwiseConv2d(torch.nn.LazyConv2d):
    """A convolution of each channel by itself, which finds out how many there are when it is called first."""

    cls_to_become = None

    def __init__(self, kernel_size, stride=1, padding="valid", dilation=1, multiplier=1, bias=True):
        super().__init__(0, kernel_size, stride, 0, dilation, bias=bias)
        self.same, self.multiplier = padding.lower() == "same", multiplier

    def initialize_parameters(self, x):
        if self.has_uninitialized_params():
            self.groups, self.out_channels = x.shape[1], x.shape[1] * self.multiplier
        super().initialize_parameters(x)

    def forward(self, x):
        pads = []
        for size, k, s, d in zip(x.shape[2:], self.kernel_size, self.stride, self.dilation, strict=True):
            total = max((-(-size // s) - 1) * s + (k - 1) * d + 1 - size, 0) if self.same else 0
            pads = [total // 2, total - total // 2, *pads]
        return super().forward(torch.nn.functional.pad(x, pads))
