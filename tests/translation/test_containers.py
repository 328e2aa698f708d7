"""Sequential, lists and dictionaries of modules."""

from __future__ import annotations

import pytest
from constructs import call_of, init_of, net, whole

from translate.translation import translate

# Sequential

PAIR = "nn.Linear(3, 4), nn.ReLU()"

SEQUENTIAL = {
    "positional": (f"self.m = nn.Sequential({PAIR})", "self.m = keras.Sequential([layers.Dense(4), layers.ReLU()])"),
    "a dictionary": (
        "self.m = nn.Sequential(OrderedDict([('fc', nn.Linear(3, 4)), ('act', nn.ReLU())]))",
        "self.m = keras.Sequential([layers.Dense(4, name='fc'), layers.ReLU(name='act')])",
    ),
    "a dictionary in a variable": (
        "parts = OrderedDict()\nparts['fc'] = nn.Linear(3, 4)\nself.m = nn.Sequential(parts)",
        "parts = OrderedDict()\nparts['fc'] = layers.Dense(4)\nself.m = keras.Sequential(list(parts.values()))",
    ),
    "a list with a star": (
        "parts = []\nfor i in range(2):\n    parts.append(nn.Linear(3, 3))\n"
        "    parts += [nn.ReLU()]\nself.m = nn.Sequential(*parts)",
        "parts = []\nfor i in range(2):\n    parts.append(layers.Dense(3))\n"
        "    parts += [layers.ReLU()]\nself.m = keras.Sequential(parts)",
    ),
    "empty, filled by add_module": (
        "self.m = nn.Sequential()\nself.m.add_module('fc', nn.Linear(3, 4))\nself.m.add_module('act', nn.ReLU())",
        "self.m = keras.Sequential()\nself.m.add(layers.Dense(4, name='fc'))\nself.m.add(layers.ReLU(name='act'))",
    ),
    "append": (
        "self.m = nn.Sequential(nn.Linear(3, 4))\nself.m.append(nn.ReLU())",
        "self.m = keras.Sequential([layers.Dense(4)])\nself.m.add(layers.ReLU())",
    ),
    "filled in a local variable": (
        "m = nn.Sequential()\nfor i in range(2):\n    m.add_module('fc%d' % i, nn.Linear(3, 3))\nself.m = m",
        "m = keras.Sequential()\nfor i in range(2):\n    m.add(layers.Dense(3, name='fc%d' % i))\nself.m = m",
    ),
}


@pytest.mark.parametrize("name", SEQUENTIAL)
def test_sequential_is_made(name: str):
    before, after = SEQUENTIAL[name]
    done = whole(net(before, "return self.m(x)", before="from collections import OrderedDict"))
    assert init_of(done) == after
    assert call_of(done) == "return self.m(x)"


SEQUENTIAL_USED = {
    "index": ("return self.m[1](self.m[0](x))", "return self.m.layers[1](self.m.layers[0](x))"),
    "last": ("return self.m[-1](x)", "return self.m.layers[-1](x)"),
    "iteration": (
        "for layer in self.m:\n    x = layer(x)\nreturn x",
        "for layer in self.m.layers:\n    x = layer(x)\nreturn x",
    ),
    "number": ("return x * len(self.m)", "return x * len(self.m.layers)"),
    "numbered": (
        "for i, layer in enumerate(self.m):\n    x = layer(x) + i\nreturn x",
        "for i, layer in enumerate(self.m.layers):\n    x = layer(x) + i\nreturn x",
    ),
}


@pytest.mark.parametrize("name", SEQUENTIAL_USED)
def test_sequential_is_used(name: str):
    before, after = SEQUENTIAL_USED[name]
    assert call_of(whole(net(f"self.m = nn.Sequential({PAIR})", before))) == after


def test_named_children_of_a_sequential_are_translated_or_told():
    forward = "for name, m in self.m.named_children():\n    x = m(x)\nreturn x"
    done = translate(net(f"self.m = nn.Sequential({PAIR})", forward))
    assert not done.complete or "named_children" not in done.code


def test_sequential_by_name():
    init = "self.m = nn.Sequential()\nself.m.add_module('fc', nn.Linear(3, 4))\nself.m.add_module('act', nn.ReLU())"
    done = whole(net(init, "return self.m.act(self.m.fc(x))"))
    assert call_of(done) in (
        "return self.m.layers[1](self.m.layers[0](x))",
        "return self.m.get_layer('act')(self.m.get_layer('fc')(x))",
    )


def test_part_of_a_sequential_is_translated_or_told():
    done = translate(net(f"self.m = nn.Sequential({PAIR})", "return self.m[:1](x)"))
    assert not done.complete or call_of(done) == "return keras.Sequential(self.m.layers[:1])(x)"


def test_sequential_that_stays_empty_is_the_identity():
    """Keras cannot call an empty Sequential; shortcuts in residual networks are written so."""
    init = "self.s = nn.Sequential()\nif wide:\n    self.s = nn.Sequential(nn.Linear(3, 3))"
    done = whole(net(init, "return self.s(x)", parameters=", wide=False"))
    assert init_of(done).splitlines()[0] == "self.s = layers.Identity()"


def test_subclass_of_sequential():
    block = """

class Block(nn.Sequential):
    def __init__(self, n):
        super().__init__(nn.Linear(n, n), nn.ReLU())
"""
    done = whole(net("self.m = Block(3)", "return self.m(x)", before=block))
    assert "class Block(keras.Sequential):" in done.code
    assert "super().__init__([layers.Dense(n), layers.ReLU()])" in done.code


def test_subclass_of_sequential_that_adds_modules():
    block = """

class Block(nn.Sequential):
    def __init__(self, n):
        super(Block, self).__init__()
        self.add_module('fc', nn.Linear(n, n))

    def forward(self, x):
        return x + super(Block, self).forward(x)
"""
    done = whole(net("self.m = Block(3)", "return self.m(x)", before=block))
    assert "self.add(layers.Dense(n, name='fc'))" in done.code
    assert "return x + super(Block, self).call(x)" in done.code


# lists and dictionaries of modules

CONTAINERS = {
    "list": (
        "self.m = nn.ModuleList([nn.Linear(3, 3) for _ in range(2)])",
        "self.m = [layers.Dense(3) for _ in range(2)]",
    ),
    "empty list, filled": (
        "self.m = nn.ModuleList()\nself.m.append(nn.Linear(3, 3))\n"
        "self.m.extend([nn.ReLU()])\nself.m.insert(0, nn.ReLU())",
        "self.m = []\nself.m.append(layers.Dense(3))\nself.m.extend([layers.ReLU()])\nself.m.insert(0, layers.ReLU())",
    ),
    "dictionary": ("self.m = nn.ModuleDict({'a': nn.Linear(3, 3)})", "self.m = {'a': layers.Dense(3)}"),
    "empty dictionary, filled": (
        "self.m = nn.ModuleDict()\nself.m['a'] = nn.Linear(3, 3)\nself.m.update({'b': nn.ReLU()})",
        "self.m = {}\nself.m['a'] = layers.Dense(3)\nself.m.update({'b': layers.ReLU()})",
    ),
    "set by name": (
        "for i in range(2):\n    setattr(self, f'fc{i}', nn.Linear(3, 3))",
        "for i in range(2):\n    setattr(self, f'fc{i}', layers.Dense(3))",
    ),
    "added by a computed name": (
        "for i in range(2):\n    self.add_module('fc%d' % i, nn.Linear(3, 3))",
        "for i in range(2):\n    setattr(self, 'fc%d' % i, layers.Dense(3))",
    ),
    "added by name": ("self.add_module('fc', nn.Linear(3, 3))", "self.fc = layers.Dense(3)"),
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_container_is_made(name: str):
    before, after = CONTAINERS[name]
    assert init_of(whole(net(before))) == after


def test_list_is_walked_and_indexed():
    forward = "for i, m in enumerate(self.m):\n    x = m(x)\nreturn self.m[-1](x) + len(self.m)"
    done = whole(net("self.m = nn.ModuleList([nn.Linear(3, 3) for _ in range(2)])", forward))
    assert call_of(done) == forward


def test_dictionary_is_walked_and_indexed():
    forward = "for name, m in self.m.items():\n    x = m(x)\nreturn self.m['a'](x)"
    assert call_of(whole(net("self.m = nn.ModuleDict({'a': nn.Linear(3, 3)})", forward))) == forward


def test_the_order_of_elements_is_kept_in_a_chain_that_nobody_calls() -> None:
    made = "nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(36, 2))"
    text = f"from torch import nn\n\n\ndef make():\n    return {made}\n"
    assert "layers.Permute((3, 1, 2)), layers.Flatten()" in whole(text).code
