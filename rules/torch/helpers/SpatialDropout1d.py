import torch


class SpatialDropout1d(torch.nn.Dropout1d):
    """Sets whole channels, which come last, to zero while the model trains."""

    def forward(self, x):
        return super().forward(x.transpose(1, 2)).transpose(1, 2)
