import torch


class LazyBilinear(torch.nn.modules.lazy.LazyModuleMixin, torch.nn.Bilinear):
    """A bilinear form that finds out the sizes of its two inputs when it is called first."""

    cls_to_become = torch.nn.Bilinear

    def __init__(self, out_features, bias=True):
        super().__init__(1, 1, out_features, bias)
        self.weight = torch.nn.parameter.UninitializedParameter()

    def initialize_parameters(self, input1, input2):
        if self.has_uninitialized_params():
            self.in1_features, self.in2_features = input1.shape[-1], input2.shape[-1]
            self.weight.materialize((self.out_features, self.in1_features, self.in2_features))
            self.reset_parameters()
