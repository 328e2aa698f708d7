"""Whatever a call stands in: the translation has its counterpart, or there is a diagnostic about its line."""

from __future__ import annotations

import re

import pytest

from translate.translation import Target, translate

KERAS = """import functools
import itertools

import keras
from keras import layers, ops


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(4)

    def call(self, x):
        x = self.dense(x)
{body}
        return x
"""
TORCH = """import functools
import itertools

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 4)

    def forward(self, x):
        x = self.dense(x)
{body}
        return x
"""
FORMS = {
    "argument": "x = abs(OP(x))",
    "operand": "x = -OP(x) + OP(x)",
    "list comprehension": "x = [OP(y) for y in [x, x]][0]",
    "nested comprehension": "x = [[OP(c) for c in row] for row in [[x, x], [x, x]]][0][0]",
    "two loops": "x = [OP(c) for row in [[x, x], [x, x]] for c in row][0]",
    "condition of a comprehension": "x = [y for y in [x, x] if OP(y) is not None][0]",
    "generator": "x = sum(OP(y) for y in (x, x))",
    "dictionary comprehension": "x = {k: OP(v) for k, v in {'a': x}.items()}['a']",
    "enumerate": "x = [OP(y) * i for i, y in enumerate([x, x])][0]",
    "zip": "x = [OP(a) + OP(b) for a, b in zip([x, x], [x, x])][0]",
    "columns": "x = [OP(y) for column in zip(*[(x, x), (x, x)]) for y in column][0]",
    "columns of a grown list": "rows = []\nfor i in range(3):\n    rows.append((x, x))\n"
    "x = [OP(y) for column in zip(*rows) for y in column][0]",
    "filter": "x = [OP(y) for y in filter(None, [x, x])][0]",
    "sorted": "x = [OP(y) for y in sorted([x, x])][0]",
    "reversed": "x = [OP(y) for y in reversed([x, x])][0]",
    "map": "x = list(map(lambda y: OP(y), [x, x]))[0]",
    "of map": "x = [OP(y) for y in map(abs, [x, x])][0]",
    "chain": "x = [OP(y) for y in itertools.chain([x], [x])][0]",
    "reduce": "x = functools.reduce(lambda a, b: a + OP(b), [x, x])",
    "of reduce": "y = functools.reduce(lambda a, b: a + b, [x, x])\nx = OP(y)",
    "key": "x = max([x, x], key=lambda y: OP(y).shape[0])",
    "lambda": "f = lambda y: OP(y)\nx = f(x)",
    "lambda in a list": "for f in [lambda y: OP(y), lambda y: -OP(y)]:\n    x = f(x)",
    "default of a lambda": "f = lambda y=OP(x): y\nx = f()",
    "default": "def f(y=OP(x)):\n    return y\nx = f()",
    "function": "def f(y):\n    return OP(y)\nx = f(x)",
    "function that nobody calls": "def f(y):\n    return OP(y)",
    "generator function": "def f(y):\n    yield OP(y)\nx = list(f(x))[0]",
    "delegated generator": "def f(y):\n    yield from [OP(y)]\nx = list(f(x))[0]",
    "coroutine": "async def f(y):\n    return await g(OP(y))",
    "f-string": "print(f'{OP(x)}')",
    "joined strings": "print('a' f'{OP(x)}')",
    "format specification": "print(f'{1.0:{OP(x)}}')",
    "conditional expression": "x = OP(x) if x.shape[0] > 3 else -OP(x)",
    "condition": "x = x if OP(x) is None else -x",
    "starred": "x = max(*[OP(x), OP(x)])",
    "starred element": "x = [*[OP(x)], x][0]",
    "double star": "d = {**{'a': OP(x)}}\nx = d['a']",
    "keyword arguments": "def f(**kw):\n    return OP(kw['y'])\nx = f(y=x)",
    "subscript": "ys = [x, x]\nx = ys[OP(x).shape[1] - 1]",
    "slice": "x = x[: OP(x).shape[1]]",
    "returned tuple": "return OP(x), OP(x)",
    "returned dictionary": "return {'a': OP(x)}",
    "assert": "assert OP(x) is not None, OP(x)",
    "raise": "if x is None:\n    raise ValueError(OP(x))",
    "while": "while OP(x) is None:\n    x = -x",
    "else of a loop": "for i in range(2):\n    pass\nelse:\n    x = OP(x)",
    "walrus": "if (y := OP(x)) is not None:\n    x = y",
    "augmented": "x += OP(x)",
    "chained comparison": "y = 0 < OP(x) < 5",
    "boolean": "x = x is None and OP(x)",
    "not": "y = not OP(x)",
    "decorator": "@functools.partial(map, OP(x))\ndef f(y):\n    return y",
    "class body": "class A:\n    y = OP(x)\nx = A.y",
    "try": "try:\n    x = OP(x)\nexcept ValueError:\n    x = -OP(x)\nfinally:\n    y = OP(x)",
    "match": "match x.shape[1]:\n    case 4:\n        x = OP(x)",
    "statement": "OP(x)",
    "deletion": "ys = [OP(x)]\ndel ys[0]",
    "append": "ys = []\nys.append(OP(x))\nx = ys[0]",
    "extend": "ys = []\nys.extend(OP(y) for y in [x, x])\nx = ys[0]",
    "attribute": "self.last = OP(x)",
    "of a dictionary's item": "x = OP({1: x}.popitem()[1])",
    "of a local": "x = OP(locals()['x'])",
}
WAYS: dict[str, tuple[str, str, Target, str, str]] = {
    "Keras to PyTorch": (KERAS, r"ops.expand_dims(\1, 1)", "torch", "torch.unsqueeze", "ops.expand_dims"),
    "PyTorch to Keras": (TORCH, r"torch.unsqueeze(\1, 1)", "tf", "ops.expand_dims", "torch.unsqueeze"),
    "PyTorch's methods to Keras": (TORCH, r"\1.unsqueeze(1)", "tf", "ops.expand_dims", ".unsqueeze("),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_call_is_translated_or_told(way: str) -> None:
    frame, call, to, counterpart, original = WAYS[way]
    wrong: list[str] = []
    for name, form in FORMS.items():
        body = re.sub(r"\bOP\(([^()]*(?:\(\))?[^()]*(?:\(\))?[^()]*)\)", call, form)
        text = frame.format(body="\n".join(f"        {line}" for line in body.split("\n")))
        done = translate(text, to=to)
        lines = [i for i, line in enumerate(text.split("\n"), 1) if original in line]
        assert lines, name
        if original not in done.code and done.code.count(counterpart) >= body.count(original):
            continue
        told = {d.line for d in done.diagnostics if not d.is_note}
        first = lines[0] - body.split("\n").index(next(line for line in body.split("\n") if original in line))
        if not told & {*lines, *range(first, lines[0])}:  # of a statement that goes over several lines: its first
            wrong.append(f"{name}: {done.code.rpartition('dense(x)')[2]}")
    assert not wrong, "\n".join(wrong)


STACKS = {
    "a grown list": "rows = []\nfor i in range(3):\n    rows.append((x, -x))\nys = [JOIN(s) for s in zip(*rows)]",
    "a loop": "ys = []\nfor s in zip(*[(x, x), (x, x)]):\n    ys.append(JOIN(s))",
    "a generator": "ys = tuple(JOIN(s) for s in zip(*[(x, x), (x, x)]))",
    "a dictionary": "ys = {k: JOIN(v) for k, v in zip('ab', zip(*[(x, x), (x, x)]))}",
    "within another call": "ys = [abs(JOIN(s)) for s in zip(*[(x, x), (x, x)])]",
    "map": "ys = JOIN(list(map(abs, [x, x])))",
    "of a function": "def f(*s):\n    return JOIN(s)\nys = f(x, x)",
    "of filter": "ys = JOIN(list(filter(None, [x, x])))",
    "each of filter": "ys = [JOIN([y, y]) for y in filter(None, [x, x])]",
    "each of something unknown": "ys = [JOIN([y, y]) for y in unknown(x)]",
    "each item of a dictionary": "d = {'a': x}\nys = [JOIN([d[k], d[k]]) for k in d]",
}


@pytest.mark.parametrize("way", ["torch", "tf"])
def test_stacking_what_was_taken_apart_stays(way: Target) -> None:
    """``stack`` of sizes is left out on the way to PyTorch: never of what may be tensors."""
    frame, before, after = (
        (KERAS, "ops.stack", "torch.stack") if way == "torch" else (TORCH, "torch.stack", "ops.stack")
    )
    for name, form in STACKS.items():
        body = form.replace("JOIN", before)
        done = translate(frame.format(body="\n".join(f"        {line}" for line in body.split("\n"))), to=way)
        told = {d.line for d in done.diagnostics if not d.is_note}
        assert after in done.code or (before in done.code and told), f"{name}:\n{done.code}"


def test_stacked_sizes_are_a_shape() -> None:
    body = "x = ops.reshape(x, ops.stack([ops.shape(x)[0], 2, 2]))"
    done = translate(KERAS.format(body=f"        {body}"), to="torch")
    assert "stack" not in done.code and done.complete, done.code
