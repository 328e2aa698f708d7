import torch


def variance_scaling_(weight, scale, mode):
    """A normal distribution cut off at two deviations, whose variance is ``scale`` by the numbers that are summed."""
    fan_in, fan_out = torch.nn.init._calculate_fan_in_and_fan_out(weight)
    fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    std = (scale / fan) ** 0.5 / 0.87962566103423978
    return torch.nn.init.trunc_normal_(weight, std=std, a=-2 * std, b=2 * std)
