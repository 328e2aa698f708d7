"""Running statistics that fit the random weights.

With statistics drawn at will, normalisation does not normalise: activations grow from block to block, and rounding
with them, until a deep network that is right differs by more than a fault would. So the PyTorch side runs once in
training mode and takes the statistics of that batch; then each is changed by chance, so that none is what another
would be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from translate.verify import randomise
from translate.weights import Pair


def calibrated(
    module: Any, train: Callable[[], Any], pairs: Sequence[Pair], values: Mapping[str, Any], seed: int
) -> dict[str, Any]:
    """``values`` with other running statistics. ``train`` runs the PyTorch module once in training mode."""
    found = dict(values)
    normalisations = [m for m in module.modules() if getattr(m, "running_mean", None) is not None]
    before = [m.momentum for m in normalisations]
    for one in normalisations:
        one.momentum = 1.0  # the statistics of this batch, not an average with those before
    try:
        train()
    finally:
        for one, momentum in zip(normalisations, before, strict=True):
            one.momentum = momentum
    means = {id(m.running_mean): m for m in normalisations}
    variances = {id(m.running_var): m for m in normalisations}
    for pair in pairs:
        random = randomise.generator(seed, f"statistics {pair.path}")
        if id(pair.torch) in means:
            deviation: Any = means[id(pair.torch)].running_var.detach().cpu().numpy() ** 0.5
            found[pair.path] = pair.torch.cpu().numpy() + 0.05 * deviation * random.standard_normal(deviation.shape)
        elif id(pair.torch) in variances:
            variance: Any = pair.torch.detach().cpu().numpy()
            # evenly up and down, or it adds up over the depth
            change = random.uniform(-0.1, 0.1, size=tuple(int(n) for n in variance.shape))
            found[pair.path] = variance * np.exp(change) + 1e-2
    # A translation that is wrong may give numbers that hide it.
    return found if all(np.isfinite(found[p.path]).all() for p in pairs if p.path in found) else dict(values)
