import torch


class LayerNorm2d(torch.nn.LayerNorm):
    """Layer normalization over axis 1, where images have their channels."""

    def forward(self, x):
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)
