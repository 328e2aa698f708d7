import torch


def depth_to_space(x: torch.Tensor, block: int) -> torch.Tensor:
    """Channels to blocks of pixels; the place in the block counts first, unlike in ``F.pixel_shuffle``."""
    n, c, h, w = x.shape
    x = x.reshape(n, block, block, c // block**2, h, w)
    return x.permute(0, 3, 4, 1, 5, 2).reshape(n, c // block**2, h * block, w * block)
