"""For scripts that reproduce a difference: the same random weights for both sides, or all of the verifier."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from translate.verify.check import checker
from translate.verify.load import UserError
from translate.verify.matching import NotComparableError, give_weights, random_values
from translate.verify.result import Comparison, Options
from translate.weights import pair, recorded_calls


def same_random_weights(module: Any, layer: Any, run: Callable[[], Any], seed: int) -> None:
    """Give a torch.nn.Module and a keras.Layer, which was called once, the random weights of a verification.

    ``run`` calls the module. It does so a second time in training mode, for the statistics of batch normalisation.
    Raises WeightError where the two do not have the same weights.
    """
    with recorded_calls(module) as calls:
        run()
    pairs = pair(module, layer, allow_unbuilt=True, calls=calls).pairs

    def train() -> None:
        module.train()
        try:
            run()
        finally:
            module.eval()

    give_weights(pairs, random_values(module, pairs, train, seed))


def reproduce(
    source: Path,
    translation: Path,
    models: tuple[str, str],
    inputs: Sequence[str],
    told: Mapping[str, Any],
    options: Options,
) -> int:
    """Run both once more in this process and print what differs. Gives the exit status: 0 if nothing does any more.

    ``models``: the expressions that build them. ``told`` says which difference and on which inputs: ``name``,
    ``dtype``, ``first``, ``sizes``, ``values`` (see ``reproduction.described``).
    """
    one = checker(source, translation, models[0], inputs, replace(options, translated_model=models[1]))
    try:
        found = one.again(told)
    except (UserError, NotComparableError) as error:
        print(error, file=sys.stderr)
        return 2
    finally:
        one.bench.close()
    print(in_words(found) if found else f"{told['name']}: no difference")
    return 1 if found else 0


def in_words(found: Comparison) -> str:
    """By how much, and both values where it is most."""
    error = found.detail or f"differs by {found.error:.6g}, where the largest value is {found.scale:.6g}"
    return f"{found.name}: {error}" + (f"\n  {found.where}" if found.where else "")
