import torch

from .MultiHeadAttention import MultiHeadAttention


class LazyMultiHeadAttention(torch.nn.modules.lazy.LazyModuleMixin, MultiHeadAttention):
    """Attention of several heads that finds out the sizes of its inputs when it is called first."""

    cls_to_become = MultiHeadAttention

    def __init__(self, num_heads, key_dim, value_dim=None, output_size=None, **options):
        super().__init__(1, num_heads, key_dim, value_dim, output_size=output_size, **options)
        self.output_size = output_size
        for linear in self.children():
            if isinstance(linear, torch.nn.Linear):
                linear.weight = torch.nn.parameter.UninitializedParameter()
        if self.output.bias is not None:
            self.output.bias = torch.nn.parameter.UninitializedParameter()

    def initialize_parameters(self, query, value, key=None, **_):
        output_size = query.shape[-1] if self.output_size is None else self.output_size
        sizes = (query.shape[-1], (value if key is None else key).shape[-1], value.shape[-1])
        for linear, size in zip((self.query, self.key, self.value), sizes, strict=True):
            linear.weight.materialize((linear.out_features, size))
            linear.in_features = size
        self.output.weight.materialize((output_size, self.output.in_features))
        if self.output.bias is not None:
            self.output.bias.materialize((output_size,))
        self.output.out_features = output_size
        for linear in (self.query, self.key, self.value, self.output):
            linear.reset_parameters()

    def has_uninitialized_params(self):
        return torch.nn.parameter.is_lazy(self.query.weight)
