import torch


class EinsumDense(torch.nn.modules.lazy.LazyModuleMixin, torch.nn.Module):
    """``torch.einsum`` with a weight, the sizes of which are found out at the first call."""

    def __init__(self, equation, output_shape, bias_axes=None):
        super().__init__()
        self.equation = equation
        self.output_shape = output_shape if isinstance(output_shape, (tuple, list)) else (output_shape,)
        self.bias_axes = bias_axes
        self.weight = torch.nn.parameter.UninitializedParameter()
        self.bias = torch.nn.parameter.UninitializedParameter() if bias_axes else None

    def initialize_parameters(self, x):
        if not self.has_uninitialized_params():
            return
        inputs, outputs = self.equation.replace(" ", "").split("->")
        inputs, weight = inputs.split(",")
        names = outputs.replace("...", "")
        sizes = dict(zip(reversed(names), reversed(self.output_shape), strict=False))
        letters = inputs.replace("...", "")
        known = x.shape[-len(letters) :] if letters != inputs else x.shape
        sizes |= dict(zip(letters, known, strict=True))
        self.weight.materialize([sizes[name] for name in weight])
        torch.nn.init.xavier_uniform_(self.weight)
        if self.bias is not None:
            after = outputs[min(outputs.index(name) for name in self.bias_axes) :]
            self.bias.materialize([sizes[name] if name in self.bias_axes else 1 for name in after if name != "."])
            torch.nn.init.zeros_(self.bias)

    def forward(self, x):
        x = torch.einsum(self.equation, x, self.weight)
        return x if self.bias is None else x + self.bias
