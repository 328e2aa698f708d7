import torch


class LazySameConvTranspose3d(torch.nn.LazyConvTranspose3d):
    """A transposed convolution with TensorFlow's "same" padding: the result is ``stride`` times as large.

    It finds out how many channels its input has when it is called first.
    """

    cls_to_become = None

    def __init__(self, out_channels, kernel_size, stride=1, output_padding=None, bias=True, dilation=1):
        super().__init__(out_channels, kernel_size, stride, bias=bias, dilation=dilation)
        asked = output_padding if isinstance(output_padding, (tuple, list)) else (output_padding,) * 3
        windows = [(k - 1) * d + 1 for k, d in zip(self.kernel_size, self.dilation, strict=True)]
        self.extra = [
            w - s if o is None else 2 * (w // 2) - o for w, s, o in zip(windows, self.stride, asked, strict=True)
        ]
        self.output_padding = tuple(max(-e, 0) for e in self.extra)  # a window smaller than the stride

    def forward(self, x):
        cuts = [-side for e in reversed(self.extra) for side in (max(e, 0) // 2, max(e, 0) - max(e, 0) // 2)]
        return torch.nn.functional.pad(super().forward(x), cuts)
