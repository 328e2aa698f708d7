"""What real model files do around the network: branches for compilers, records, other files, random fills."""

from __future__ import annotations

import pytest
from constructs import call_of, init_of, left, net, whole

from translate.translation import translate

BRANCHES = {
    "never": ("if torch.jit.is_scripting():\n    x = x.foo()\nreturn x", "return x"),
    "otherwise": ("if torch.jit.is_scripting():\n    y = x.foo()\nelse:\n    y = x\nreturn y", "y = x\nreturn y"),
    "not": ("# why\nif not torch.jit.is_scripting():\n    x = x + 1\nreturn x", "# why\nx = x + 1\nreturn x"),
    "or": ("if x is None or not torch.jit.is_tracing():\n    x = x + 1\nreturn x", "x = x + 1\nreturn x"),
    "chain": (
        "if torch.jit.is_scripting():\n    y = 1\nelif x is None:\n    y = 2\nelse:\n    y = 3\nreturn x + y",
        "if x is None:\n    y = 2\nelse:\n    y = 3\nreturn x + y",
    ),
    "end of a chain": (
        "if x is None:\n    y = 1\nelif torch.jit.is_scripting():\n    y = 2\nelse:\n    y = 3\nreturn x + y",
        "if x is None:\n    y = 1\nelse:\n    y = 3\nreturn x + y",
    ),
    "expression": ("return x.foo() if torch.jit.is_tracing() else x", "return x"),
    "not decided": (
        "if torch.jit.is_scripting() or x is None:\n    x = 1\nreturn x",
        "if False or x is None:\n    x = 1\nreturn x",
    ),
}


@pytest.mark.parametrize("name", BRANCHES)
def test_branches_that_only_the_compiler_of_pytorch_takes(name: str) -> None:
    source, expected = BRANCHES[name]
    assert call_of(whole(net(forward=source))) == expected


def test_decorators_that_tell_the_compiler() -> None:
    extra = "\n@torch.jit.unused\ndef other(self, x):\n    return x\n"
    overload = "\n@torch.jit._overload_method\ndef more(self, x):\n    pass\n\ndef more(self, x):\n    return x\n"
    code = whole(net(after=extra + overload, forward="return self.other(self.more(x))")).code
    assert "jit" not in code
    assert code.count("def more(") == 1


@pytest.mark.parametrize(
    "before",
    [
        'from collections import namedtuple\nOut = namedtuple("Out", ["logits", "aux"])',
        'from collections import namedtuple\nOut = namedtuple("Out", "logits aux")',
        "from typing import NamedTuple\nclass Out(NamedTuple):\n    logits: torch.Tensor\n    aux: torch.Tensor",
    ],
)
def test_records_hold_tensors(before: str) -> None:
    """An image in a record is still one: no transpose, and its channels are last."""
    init = "self.conv = nn.Conv2d(3, 4, 3)"
    forward = "out = Out(self.conv(x), aux=x)\nreturn torch.cat([out.logits, out.logits], 1)"
    done = whole(net(init, forward, before=before))
    assert "return ops.concatenate([out.logits, out.logits], -1)" in call_of(done)


def test_layers_of_a_class_that_extends_sequential() -> None:
    text = net().replace("class Net(nn.Module)", "class Net(nn.Sequential)")
    text = text[: text.index("    def forward")].rstrip() + "\n        self.act = nn.ReLU()\n"
    assert init_of(whole(text)) == "self.act = layers.ReLU()\nself.add(self.act)"


def test_other_files_are_not_taken_for_translated() -> None:
    other = "from .blocks import Block\nfrom models.other import Base\n"
    assert [c for c, *_ in left(net("self.b = Block(3)", "return self.b(x)", before=other))] == ["T105"]
    text = net("self.b = Mine()", "return self.b(x)", before=other + "class Mine(Base):\n    pass\n")
    assert [c for c, *_ in left(text)] == ["T105"]


def test_a_function_that_is_passed_in_sees_tensors_as_the_source_has_them() -> None:
    """Nobody knows what it does with axes; so all is kept channels first, which is right whatever it does."""
    done = translate(net("self.conv = nn.Conv2d(3, 4, 3)\nself.f = f", "return self.f(self.conv(x))", parameters=", f"))
    assert done.complete
    assert done.layout == "channels_first"


def test_extending_a_layer_of_the_framework() -> None:
    text = "import torch.nn as nn\n\n\nclass Norm(nn.LayerNorm):\n    def forward(self, x):\n        return x\n"
    assert left(text) == [("T103", 4, 12)]


FILLS = {
    "normal": ("x.new_empty(2, 3).normal_(std=0.02)", "normal_like(ops.zeros((2, 3), dtype=x.dtype), 0, 0.02)"),
    "uniform": ("torch.empty(3).uniform_(-1, 1)", "uniform_like(ops.zeros((3,)), -1, 1)"),
    "bernoulli": ("torch.empty_like(x).bernoulli_(0.9)", "bernoulli_like(ops.zeros_like(x), 0.9)"),
    "fill": ("torch.empty_like(x).fill_(2)", "ops.full_like(ops.zeros_like(x), 2)"),
    "zero": ("(x + 1).zero_()", "ops.zeros_like(x + 1)"),
}


@pytest.mark.parametrize("name", FILLS)
def test_filled_in_place(name: str) -> None:
    source, expected = FILLS[name]
    assert call_of(whole(net(forward=f"return x + {source}"))) == f"return x + {expected}"


def test_filling_a_part_in_place_is_told() -> None:
    """The translation makes a new tensor; the one that the part belongs to would stay as it is."""
    done = translate(net(forward="y = x + 1\ny[0].zero_()\nreturn y"))
    assert "T104" in [d.code for d in done.diagnostics]


def test_assertions() -> None:
    source = 'torch._assert(\n    x is not None,\n    "one "\n    "two",\n)\nreturn x'
    assert call_of(whole(net(forward=source))).startswith('assert x is not None, ("one "')
