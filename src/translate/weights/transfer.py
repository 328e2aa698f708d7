"""Moving all weights of one model into the other."""

from __future__ import annotations

from typing import Any

from translate.rules import RuleSet
from translate.weights import targets
from translate.weights.pairing import Pair, pair


def transfer(source_model: Any, target_model: Any, *, rules: RuleSet | None = None) -> None:
    """Give ``target_model`` every parameter and buffer of ``source_model``.

    One of them is a torch.nn.Module, the other the keras.Layer (or Model) that it was translated to; the direction
    follows from the order. The Keras model must be built: call it once on an input before. Numbers are rounded to
    the dtype that the receiving weight has.

    Raises WeightError if any weight on either side is left over, or if shapes do not fit; then nothing was changed.
    Raises TypeError if the two are not one of each.
    """
    from torch.nn import Module

    if isinstance(source_model, Module) and targets.is_layer(target_model):
        for p in pair(source_model, target_model, rules=rules).pairs:
            into_target(p)
    elif targets.is_layer(source_model) and isinstance(target_model, Module):
        for p in pair(target_model, source_model, rules=rules).pairs:
            into_source(p)
    else:
        raise TypeError("transfer needs a torch.nn.Module and a keras.Layer, in either order")


def into_target(p: Pair) -> None:
    """Set the Keras weight of a pair to the numbers of the PyTorch tensor."""
    p.target.assign(p.to_target(p.source.detach().cpu().numpy()))


def into_source(p: Pair) -> None:
    """Set the PyTorch tensor of a pair to the numbers of the Keras weight."""
    import torch

    array = p.from_target(targets.keras().ops.convert_to_numpy(p.target))
    with torch.no_grad():
        p.source.copy_(torch.as_tensor(array.copy()))
