import torch


def variance_scaling(shape, scale=1.0, mode="fan_avg", distribution="uniform"):
    """A new tensor, drawn as Keras draws a weight of that shape: its last two axes are what comes in and goes out."""
    window = torch.Size(shape[:-2]).numel()
    fan_in, fan_out = window * (shape[-2:-1] or shape or (1,))[0], window * (shape or (1,))[-1]
    variance = scale / max(1.0, {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode])
    if distribution == "uniform":
        return torch.empty(shape).uniform_(-((3 * variance) ** 0.5), (3 * variance) ** 0.5)
    std = variance**0.5 / 0.87962566103423978  # what cutting off at two deviations takes away
    return torch.nn.init.trunc_normal_(torch.empty(shape), std=std, a=-2 * std, b=2 * std)
