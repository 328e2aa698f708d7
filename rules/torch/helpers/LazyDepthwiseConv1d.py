import torch


class LazyDepthwiseConv1d(torch.nn.modules.lazy.LazyModuleMixin, torch.nn.Conv1d):
    """A convolution of each channel by itself, which finds out how many there are when it is called first."""

    cls_to_become = torch.nn.Conv1d

    def __init__(self, kernel_size, stride=1, padding=0, dilation=1, bias=True, depth_multiplier=1):
        super().__init__(1, depth_multiplier, kernel_size, stride, padding, dilation, bias=bias)
        self.weight = torch.nn.parameter.UninitializedParameter()
        if bias:
            self.bias = torch.nn.parameter.UninitializedParameter()

    def initialize_parameters(self, x):
        if self.has_uninitialized_params():
            self.in_channels = self.groups = x.shape[1]
            self.out_channels *= self.groups
            self.weight.materialize((self.out_channels, 1, *self.kernel_size))
            if self.bias is not None:
                self.bias.materialize((self.out_channels,))
            self.reset_parameters()
