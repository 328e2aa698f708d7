import torch


def space_to_depth(x: torch.Tensor, block: int) -> torch.Tensor:
    """Blocks of pixels to channels; the place in the block counts first, unlike in ``F.pixel_unshuffle``."""
    n, c, h, w = x.shape
    x = x.reshape(n, c, h // block, block, w // block, block)
    return x.permute(0, 3, 5, 1, 2, 4).reshape(n, c * block**2, h // block, w // block)
