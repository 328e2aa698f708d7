import torch


class LazyLayerNorm2d(torch.nn.modules.lazy.LazyModuleMixin, torch.nn.LayerNorm):
    """Layer normalization over axis 1, of which it finds out the size when it is called first."""

    def __init__(self, eps=1e-5):
        super().__init__(0, eps)
        self.weight = torch.nn.parameter.UninitializedParameter()
        self.bias = torch.nn.parameter.UninitializedParameter()

    def initialize_parameters(self, x):
        if self.has_uninitialized_params():
            self.normalized_shape = (x.shape[1],)
            self.weight.materialize(self.normalized_shape)
            self.bias.materialize(self.normalized_shape)
            self.reset_parameters()

    def forward(self, x):
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)
