"""What is known of Keras' names and of the sizes of its layers' results (``rules/sizes/layers.sizes.yml``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import libcst as cst

from translate.rules import Signature, rules_directory
from translate.rules.files import read_file
from translate.staging.sizes import UNKNOWN, Info

LAYER = "keras.layers.Layer"
MODEL = "keras.Model"
INPUT = "keras.Input"
SEQUENTIAL = "keras.Sequential"
SIZE = "in_channels"
FRAMEWORK = ("keras.", "tensorflow.")


@dataclass(frozen=True)
class Entry:
    """One layer."""

    signature: Signature
    out: str = ""
    sized: bool = False
    wraps: str = ""
    keeps_nothing: bool = False
    """No weights, no states, nothing else in training: where it is called as it is made, it is an operation."""
    shape: str = ""
    """``same`` as the input's, ``vector``, or ``flat``."""
    inputs: Sequence[str] = ()
    others: Sequence[str] = ()

    def ordered(self, arguments: Sequence[cst.Arg], infos: Sequence[Info]) -> list[Info]:
        """What is known of a call's arguments, in the order of ``inputs``; what is not given is as the one before."""
        if not self.inputs:
            return list(infos)
        found: dict[str, Info] = {}
        for index, (argument, info) in enumerate(zip(arguments, infos, strict=False)):
            name = (
                argument.keyword.value if argument.keyword else self.inputs[index] if index < len(self.inputs) else ""
            )
            found[name] = info
        ordered: list[Info] = []
        for name in self.inputs:
            ordered.append(found.get(name, ordered[-1] if ordered else UNKNOWN))
        return ordered


@dataclass(frozen=True)
class Table:
    names: Mapping[str, str]
    data_formats: Mapping[str, bool]
    reserved: frozenset[str]
    scopes: frozenset[str]
    reads_shapes: frozenset[str]
    sources: frozenset[str]
    layers: Mapping[str, Entry]
    functions: Mapping[str, str]

    def canonical(self, name: str) -> str:
        """``tensorflow.keras.layers.Conv2D`` and other old names, as Keras 3 says them."""
        while True:
            prefix = next((p for p in _prefixes(name) if p in self.names), None)
            if prefix is None:
                break
            name = self.names[prefix] + name[len(prefix) :]
        parts = name.split(".")
        if parts[:2] == ["keras", "layers"] and len(parts) > 3 and parts[-1][:1].isupper():
            return self.canonical(f"keras.layers.{parts[-1]}")
        return name

    def is_layer(self, name: str) -> bool:
        """Whether a canonical name is a class of layers or of models."""
        if name in self.layers:
            return True
        package, _, last = name.rpartition(".")
        return last[:1].isupper() and (package == "keras.layers" or package.startswith("keras.applications"))

    def keeps_size(self, name: str) -> bool:
        """Whether a layer gives a last axis as long as the one it is given."""
        return name in self.layers and self.layers[name].out == SIZE


def _prefixes(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:n]) for n in range(len(parts), 0, -1)]


@lru_cache
def table() -> Table:
    """Raises RuleError if the file cannot be read."""
    data: dict[str, Any] = read_file(rules_directory() / "sizes" / "layers.sizes.yml")
    layers: dict[str, Entry] = {}
    for key, value in data["layers"].items():
        signature = Signature(key)
        layers[signature.name] = Entry(signature, **value)
    return Table(
        names=data["names"],
        data_formats=data["data_formats"],
        reserved=frozenset(data["reserved"]),
        scopes=frozenset(data["scopes"]),
        reads_shapes=frozenset(data["reads_shapes"]),
        sources=frozenset(data["sources"]),
        layers=layers,
        functions=data["functions"],
    )
