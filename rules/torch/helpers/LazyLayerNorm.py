import torch


class LazyLayerNorm(torch.nn.modules.lazy.LazyModuleMixin, torch.nn.LayerNorm):
    """Layer normalization over the last axis, whose size it finds out when it is called first."""

    cls_to_become = torch.nn.LayerNorm

    def __init__(self, eps=1e-5):
        super().__init__(0, eps)
        self.weight = torch.nn.parameter.UninitializedParameter()
        self.bias = torch.nn.parameter.UninitializedParameter()

    def initialize_parameters(self, x):
        if self.has_uninitialized_params():
            self.normalized_shape = (x.shape[-1],)
            self.weight.materialize(self.normalized_shape)
            self.bias.materialize(self.normalized_shape)
            self.reset_parameters()
