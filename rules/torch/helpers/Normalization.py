import torch


class Normalization(torch.nn.Module):
    """Takes away a mean and divides by a standard deviation, one for each channel."""

    def __init__(self, num_features):
        super().__init__()
        self.register_buffer("mean", torch.zeros(num_features))
        self.register_buffer("variance", torch.ones(num_features))

    def forward(self, x):
        shape = (-1, *[1] * (x.dim() - 2))
        return (x - self.mean.view(shape)) / self.variance.sqrt().clamp(min=1e-7).view(shape)
