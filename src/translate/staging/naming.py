"""Names of classes and of attributes.

A class is named after its function: ``residual_block`` gives ``ResidualBlock``. An attribute after the constant
parts of ``name=``: ``f"{name}_1_conv"`` gives ``conv_1`` (numbers in front go to the end), else after what the layer is
(``conv``, ``bn``), else after the variable or the class.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable

import libcst as cst

_SHORT = {
    "BatchNormalization": "bn",
    "LayerNormalization": "norm",
    "GroupNormalization": "norm",
    "Activation": "activation",
    "MaxPooling": "pool",
    "AveragePooling": "pool",
    "MaxPool": "pool",
    "AvgPool": "pool",
    "GlobalAveragePooling": "global_pool",
    "GlobalMaxPooling": "global_pool",
    "ZeroPadding": "pad",
    "Conv": "conv",
    "Convolution": "conv",
    "SeparableConv": "sepconv",
    "DepthwiseConv": "dwconv",
    "UpSampling": "upsample",
    "Concatenate": "concat",
    "MultiHeadAttention": "attention",
    "ReLU": "relu",
    "PReLU": "prelu",
    "LeakyReLU": "leaky_relu",
    "ELU": "elu",
    "LSTM": "lstm",
    "GRU": "gru",
    "SimpleRNN": "rnn",
}


def class_name(function: str, taken: Iterable[str]) -> str:
    """A class's name that nothing else in the file has."""
    taken = set(taken)
    bare = function.removeprefix("__script_").lstrip("_")
    candidates = [bare] if bare[:1].isupper() else []
    if _camel(bare).lower() in ("model", "network", "net"):
        candidates.append("Net")
    stripped = re.sub(r"^(build|create|make|get|define|construct)_", "", bare)
    candidates += [_camel(stripped), _camel(bare), f"{_camel(bare)}Block"]
    for candidate in candidates:
        if candidate.isidentifier() and candidate not in taken and candidate not in ("Model", "Layer", "Network"):
            return candidate
    number = 2
    while f"{_camel(bare)}{number}" in taken:
        number += 1
    return f"{_camel(bare)}{number}"


def _camel(name: str) -> str:
    parts = [p for p in name.split("_") if p]
    return "".join(p if p[:1].isupper() else p[:1].upper() + p[1:] for p in parts)


def snake(name: str) -> str:
    """``GlobalAveragePooling2D`` as ``global_average_pooling2d``."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])", "_", name)
    return name.lower()


def layer_hint(canonical: str) -> str:
    """What a layer of this kind is usually called."""
    last = canonical.rpartition(".")[2]
    bare = re.sub(r"(1D|2D|3D|1DTranspose|2DTranspose|3DTranspose)$", "", last)
    return _SHORT.get(bare, snake(bare))


def hint_from_name(node: cst.BaseExpression) -> str | None:
    """The constant parts of a name, made an identifier; None if nothing is left."""
    parts = list(_constant_parts(node))
    words = [w for p in parts for w in re.split(r"[^0-9a-zA-Z]+", p) if w]
    while words and words[0].isdigit() and any(not w.isdigit() for w in words):
        words.append(words.pop(0))
    if not words or all(w.isdigit() for w in words):
        return None
    found = snake("_".join(words))
    found = re.sub(r"_+", "_", found).strip("_")
    if found[:1].isdigit():
        found = f"layer_{found}"
    return found if found.isidentifier() else None


def _constant_parts(node: cst.BaseExpression) -> Iterable[str]:
    if isinstance(node, cst.SimpleString):
        value = node.evaluated_value
        yield re.sub(r"%[0-9.]*[sdf]|\{[^}]*\}", " ", value if isinstance(value, str) else "")
    elif isinstance(node, cst.FormattedString):
        text = "".join(p.value if isinstance(p, cst.FormattedStringText) else " " for p in node.parts)
        yield text
    elif isinstance(node, cst.ConcatenatedString):
        yield from _constant_parts(node.left)
        yield from _constant_parts(node.right)
    elif isinstance(node, cst.BinaryOperation):
        yield from _constant_parts(node.left)
        if isinstance(node.operator, cst.Add):
            yield from _constant_parts(node.right)
    elif isinstance(node, cst.IfExp):
        yield from max((list(_constant_parts(node.body)), list(_constant_parts(node.orelse))), key=len)
    elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value == "format":
        yield from _constant_parts(node.func.value)


def plural(name: str) -> str:
    if name.endswith(("s", "x", "z", "ch", "sh")):
        return f"{name}_list" if name.endswith("s") else f"{name}es"
    return f"{name}_list" if name[-1:].isdigit() else f"{name}s"


class Names:
    """Hands out names, each once."""

    def __init__(self, taken: Iterable[str], reserved: Iterable[str] = ()) -> None:
        self.taken, self.reserved = set(taken), frozenset(reserved)

    def new(self, hint: str) -> str:
        hint = hint if hint.isidentifier() else "value"
        if keyword.iskeyword(hint) or hint in self.reserved:
            hint = f"{hint}_layer" if keyword.iskeyword(hint) else f"{hint}_"
            hint = hint.replace("__", "_")
        name, number = hint, 1
        while name in self.taken or name in self.reserved:
            name = f"{hint}_{number}"
            number += 1
        self.taken.add(name)
        return name
