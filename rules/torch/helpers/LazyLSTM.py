import torch


class LazyLSTM(torch.nn.modules.lazy.LazyModuleMixin, torch.nn.LSTM):
    """An LSTM that finds out the size of its input when it is called first."""

    cls_to_become = torch.nn.LSTM

    def __init__(self, hidden_size, **options):
        super().__init__(1, hidden_size, **options)
        for name in dict(self.named_parameters()):
            if name.startswith("weight_ih_l0"):
                setattr(self, name, torch.nn.parameter.UninitializedParameter())

    def initialize_parameters(self, x, *_):
        if self.has_uninitialized_params():
            self.input_size = x.shape[-1]
            for name, parameter in self.named_parameters():
                if name.startswith("weight_ih_l0"):
                    parameter.materialize((len(self.get_parameter(name.replace("ih", "hh"))), self.input_size))
            self.reset_parameters()
