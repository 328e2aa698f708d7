import torch

from .LambdaModule import LambdaModule


def activation_layer(function, axis=-1):
    """The module for an activation that Keras knows by name, or for a function. ``axis``: of softmax."""
    modules = {
        "relu": torch.nn.ReLU,
        "relu6": torch.nn.ReLU6,
        "leaky_relu": lambda: torch.nn.LeakyReLU(0.2),
        "elu": torch.nn.ELU,
        "selu": torch.nn.SELU,
        "gelu": torch.nn.GELU,
        "silu": torch.nn.SiLU,
        "swish": torch.nn.SiLU,
        "mish": torch.nn.Mish,
        "tanh": torch.nn.Tanh,
        "sigmoid": torch.nn.Sigmoid,
        "softplus": torch.nn.Softplus,
        "softsign": torch.nn.Softsign,
        "softmax": lambda: torch.nn.Softmax(dim=axis),
        "exponential": lambda: LambdaModule(torch.exp),
        "hard_sigmoid": torch.nn.Hardsigmoid,
        "hard_swish": torch.nn.Hardswish,
        "hard_silu": torch.nn.Hardswish,
        "linear": torch.nn.Identity,
        None: torch.nn.Identity,
    }
    if function is None or isinstance(function, str):
        return modules[function]()
    return function if isinstance(function, torch.nn.Module) else LambdaModule(function)
