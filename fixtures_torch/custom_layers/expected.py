import torch
from torch import nn


class LambdaModule(nn.Module):
    """A function as a module."""

    def __init__(self, function, **settings):
        super().__init__()
        self.function, self.settings = function, settings

    def forward(self, x):
        return self.function(x, **self.settings)


def activation_layer(function, axis=-1):
    """The module for an activation that Keras knows by name, or for a function. ``axis``: of softmax."""
    modules = {
        "relu": nn.ReLU,
        "relu6": nn.ReLU6,
        "leaky_relu": lambda: nn.LeakyReLU(0.2),
        "elu": nn.ELU,
        "selu": nn.SELU,
        "gelu": nn.GELU,
        "silu": nn.SiLU,
        "swish": nn.SiLU,
        "mish": nn.Mish,
        "tanh": nn.Tanh,
        "sigmoid": nn.Sigmoid,
        "softplus": nn.Softplus,
        "softsign": nn.Softsign,
        "softmax": lambda: nn.Softmax(dim=axis),
        "exponential": lambda: LambdaModule(torch.exp),
        "hard_sigmoid": nn.Hardsigmoid,
        "hard_swish": nn.Hardswish,
        "hard_silu": nn.Hardswish,
        "linear": nn.Identity,
        None: nn.Identity,
    }
    if function is None or isinstance(function, str):
        return modules[function]()
    return function if isinstance(function, nn.Module) else LambdaModule(function)


def variance_scaling(shape, scale=1.0, mode="fan_avg", distribution="uniform"):
    """A new tensor, drawn as Keras draws a weight of that shape: its last two axes are what comes in and goes out."""
    window = torch.Size(shape[:-2]).numel()
    fan_in, fan_out = window * (shape[-2:-1] or shape or (1,))[0], window * (shape or (1,))[-1]
    variance = scale / max(1.0, {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode])
    if distribution == "uniform":
        return torch.empty(shape).uniform_(-((3 * variance) ** 0.5), (3 * variance) ** 0.5)
    std = variance**0.5 / 0.87962566103423978  # what cutting off at two deviations takes away
    return nn.init.trunc_normal_(torch.empty(shape), std=std, a=-2 * std, b=2 * std)


class Gate(nn.Module):
    """A dense layer of its own whose result is weighed by the mean of what comes in."""

    def __init__(self, in_channels, units, activation="tanh"):
        super().__init__()
        self.units = units
        self.activation = activation_layer(activation, -1)
        channels = in_channels
        self.kernel = nn.Parameter(variance_scaling((channels, self.units)))
        self.bias = nn.Parameter(torch.zeros((self.units,)))
        self.scale = nn.Parameter(torch.ones(()), requires_grad=False)

    def forward(self, inputs):
        x = self.activation(torch.matmul(inputs, self.kernel) + self.bias)
        return self.scale * x * torch.mean(inputs, dim=-1, keepdim=True)


class Net(nn.Module):
    def __init__(self, units=6, rate=0.3):
        super().__init__()
        self.embed = nn.LazyLinear(8)
        self.norm = nn.LayerNorm(8, eps=0.001)
        self.gate1 = Gate(8, units)
        self.mix = nn.LazyLinear(6)
        self.gate2 = Gate(6, 4, activation="relu")
        self.heads = nn.ModuleList([nn.LazyLinear(2) for _ in range(3)])
        self.dropout = nn.Dropout(rate)
        self.rate = rate

    def forward(self, x):
        x = self.norm(self.embed(x))
        x = self.gate2(self.mix(self.gate1(x)))
        if self.training:
            x = x * (1.0 - self.rate)
        x = self.dropout(x)
        return [head(x) for head in self.heads]
