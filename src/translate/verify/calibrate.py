"""Running statistics that fit the random weights.

With statistics drawn at will, normalisation does not normalise: activations grow from block to block, and rounding
with them, until a deep network that is right differs by more than a fault would. So the source runs once in training
mode and takes the statistics of that batch; then each is changed by chance, so that none is what another would be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from translate.verify import randomise
from translate.weights import Pair


def calibrated(
    source: Any, train: Callable[[], Any], pairs: Sequence[Pair], values: Mapping[str, Any], seed: int
) -> dict[str, Any]:
    """``values`` with other running statistics. ``train`` runs the source once in training mode."""
    found = dict(values)
    normalisations = [m for m in source.modules() if getattr(m, "running_mean", None) is not None]
    before = [m.momentum for m in normalisations]
    for module in normalisations:
        module.momentum = 1.0  # the statistics of this batch, not an average with those before
    try:
        train()
    finally:
        for module, momentum in zip(normalisations, before, strict=True):
            module.momentum = momentum
    means = {id(m.running_mean): m for m in normalisations}
    variances = {id(m.running_var): m for m in normalisations}
    for pair in pairs:
        random = randomise.generator(seed, f"statistics {pair.path}")
        if id(pair.source) in means:
            module: Any = means[id(pair.source)]
            deviation: Any = module.running_var.detach().numpy() ** 0.5
            found[pair.path] = pair.source.numpy() + 0.05 * deviation * random.standard_normal(deviation.shape)
        elif id(pair.source) in variances:
            variance: Any = pair.source.detach().numpy()
            # evenly up and down, or it adds up over the depth
            change = random.uniform(-0.1, 0.1, size=tuple(int(n) for n in variance.shape))
            found[pair.path] = variance * np.exp(change) + 1e-2
    return found
