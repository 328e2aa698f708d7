"""What the rule language cannot say: calls whose meaning depends on how many axes there are (``code`` in rules).

Each hook takes the state, the call, its rule and its bound arguments; it records what to write and returns what
comes out.
"""

from __future__ import annotations

from collections.abc import Callable

from translate.infer.hooks.axes import permute, size, transpose
from translate.infer.hooks.items import take_at
from translate.infer.hooks.pads import pad, pad_pairs
from translate.infer.hooks.shapes import expand, flatten, repeat, view
from translate.infer.hooks.types import to
from translate.infer.values import Value

HOOKS: dict[str, Callable[..., Value]] = {
    "view": view,
    "reshape": view,
    "flatten": flatten,
    "permute": permute,
    "transpose": transpose,
    "size": size,
    "expand": expand,
    "repeat": repeat,
    "pad": pad,
    "pad_pairs": pad_pairs,
    "to": to,
    "take_at": take_at,
}
