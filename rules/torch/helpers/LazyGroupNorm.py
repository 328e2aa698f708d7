import torch


class LazyGroupNorm(torch.nn.modules.lazy.LazyModuleMixin, torch.nn.GroupNorm):
    """Group normalization, which finds out how many channels there are when it is called first; None: all alone."""

    cls_to_become = torch.nn.GroupNorm

    def __init__(self, num_groups, eps=1e-5, affine=True):
        super().__init__(1, 1, eps, affine)
        self.num_groups = num_groups
        if affine:
            self.weight = torch.nn.parameter.UninitializedParameter()
            self.bias = torch.nn.parameter.UninitializedParameter()

    def initialize_parameters(self, x):
        self.num_channels = x.shape[1]
        self.num_groups = self.num_channels if self.num_groups is None else self.num_groups
        if self.has_uninitialized_params():
            self.weight.materialize((self.num_channels,))
            self.bias.materialize((self.num_channels,))
            self.reset_parameters()
