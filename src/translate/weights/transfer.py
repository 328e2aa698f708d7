"""Moving all weights of one model into the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from translate.rules import RuleSet
from translate.weights import keras_layers
from translate.weights.calls import Calls, calls_on, guessed_calls
from translate.weights.pairing import Pair, pair


def transfer(
    source_model: Any, target_model: Any, *, rules: RuleSet | None = None, inputs: Sequence[Any] | None = None
) -> None:
    """Give ``target_model`` every parameter and buffer of ``source_model``.

    One of them is a torch.nn.Module, the other the keras.Layer (or Model) that it was translated to, or from; the
    direction follows from the order. The Keras model must be built: call it once on an input before. Numbers are
    rounded to the dtype that the receiving weight has.

    A functional or sequential Keras model has no attributes by which its layers could be found in the PyTorch module.
    There the order of execution tells: ``inputs`` are tensors to call the PyTorch module on once; without them zeros
    of the shapes that the Keras model states are tried.

    Raises WeightError if any weight on either side is left over, or if shapes do not fit; then nothing was changed.
    Raises TypeError if the two are not one of each.
    """
    from torch.nn import Module

    # on PyTorch, layers of Keras are modules, too
    from_torch, to_torch = (
        isinstance(m, Module) and not keras_layers.is_layer(m) for m in (source_model, target_model)
    )
    if from_torch and keras_layers.is_layer(target_model):
        module, layer, move = source_model, target_model, into_keras
    elif keras_layers.is_layer(source_model) and to_torch:
        module, layer, move = target_model, source_model, into_torch
    else:
        raise TypeError("transfer needs a torch.nn.Module and a keras.Layer, in either order")
    calls = calls_for(module, layer) if inputs is None else calls_on(module, inputs)
    for p in pair(module, layer, rules=rules, calls=calls).pairs:
        move(p)


def calls_for(module: Any, layer: Any) -> Calls:
    """The order in which ``module`` calls what is inside of it, if that is needed to pair it with ``layer``."""
    if any(map(keras_layers.is_graph, keras_layers.inner_layers(layer))):
        return guessed_calls(module, layer)
    return {}


def into_keras(p: Pair) -> None:
    """Set the Keras weight of a pair to the numbers of the PyTorch tensor."""
    array = p.torch.detach().cpu().numpy().copy()  # JAX keeps an array that it is given: PyTorch would change it, too
    if p.mapping.row is None and not p.mapping.added:
        p.keras.assign(p.to_keras(array))
    else:
        p.keras.assign(p.mapping.put(array, keras_layers.keras().ops.convert_to_numpy(p.keras)))
    if hasattr(p.owner, "finalize_state"):  # preprocessing layers compute with copies
        p.owner.finalize_state()


def into_torch(p: Pair) -> None:
    """Set the PyTorch tensor of a pair to the numbers of the Keras weight."""
    import torch

    with torch.no_grad():
        if p.mapping.added:  # the other of the two has it all
            p.torch.zero_()
            return
        array = p.to_torch(keras_layers.keras().ops.convert_to_numpy(p.keras))
        p.torch.copy_(torch.as_tensor(array.copy()))
