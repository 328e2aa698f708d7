import torch


def activation_layer(function, axis=-1):
    """The module for an activation that Keras knows by name; a module stays what it is. ``axis``: of softmax."""
    modules = {
        "relu": torch.nn.ReLU,
        "relu6": torch.nn.ReLU6,
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
        "hard_sigmoid": torch.nn.Hardsigmoid,
        "hard_swish": torch.nn.Hardswish,
        "linear": torch.nn.Identity,
    }
    if function is None:
        return torch.nn.Identity()
    if function == "softmax":
        return torch.nn.Softmax(dim=axis)
    return modules[function]() if isinstance(function, str) else function
