"""Items of tensors, and types of elements."""

from __future__ import annotations

import pytest
from constructs import call_of, left, net, whole

from translate import translate

ITEMS = {
    "slice": ("y[:, 1:] = x[:, :-1]", "y = set_items(y, (slice(None), slice(1, None)), x[:, :-1])"),
    "every second": ("y[0::2] = 0", "y = set_items(y, slice(0, None, 2), 0)"),
    "up to": ("y[:2] = 0", "y = set_items(y, slice(2), 0)"),
    "number": ("y[i] = x[0]", "y = set_items(y, i, x[0])"),
    "ellipsis": ("y[..., 0] = 1", "y = set_items(y, (..., 0), 1)"),
    "augmented": ("y[:, 0] += 2", "y = set_items(y, (slice(None), 0), y[:, 0] + 2)"),
}


@pytest.mark.parametrize("name", ITEMS)
def test_items_are_set(name: str) -> None:
    source, expected = ITEMS[name]
    done = whole(net(forward=f"y = torch.zeros_like(x)\n{source}\nreturn y", before="i = 1"))
    assert call_of(done).splitlines()[1] == expected


def test_items_that_cannot_be_set_are_told() -> None:
    assert left(net(forward="y = x + 1\ny[x > 0, 0] = 0\nreturn y"))[0][0] == "T103"
    assert left(net(forward="y = x + 1\nz = y\nz[0] = 0\nreturn y"))[0][0] == "T104"
    image = net("self.c = nn.Conv2d(3, 3, 1)", "y = self.c(x)\ny[:, 0] = 0\nreturn y")
    assert left(image)[0][0] == "T103"


TAKEN = {
    "rows": ("index = torch.arange(2)", "return x[index]", "return ops.take(x, index, axis=0)"),
    "along an axis": ("index = torch.arange(2)", "return x[:, index]", "return ops.take(x, index, axis=1)"),
    "a list": ("", "return x[:, [2, 0]]", "return ops.take(x, [2, 0], axis=1)"),
    "by another type": ("index = self.order.long()", "return x[index]", "return ops.take(x, index, axis=0)"),
    "perhaps a mask": ("index = self.order", "return x[:, index]", "return take_items(x, index, axis=1)"),
    "a mask": ("index = x[0] > 0", "return x[:, index]", "return take_items(x, index, axis=1)"),
}


@pytest.mark.parametrize("name", TAKEN)
def test_items_are_taken(name: str) -> None:
    before, source, expected = TAKEN[name]
    buffer = "self.register_buffer('order', torch.zeros(3))"
    assert call_of(whole(net(buffer, f"{before}\n{source}"))).endswith(expected)


def test_channels_are_taken_from_the_last_axis() -> None:
    done = whole(net("self.c = nn.Conv2d(3, 3, 1)", "return self.c(x)[:, [2, 0, 1]]"))
    assert call_of(done) == "return ops.take(self.c(x), [2, 0, 1], axis=-1)"


SEVERAL = {
    "side by side": ("x[i, j]", "take_at(x, (i, j), axis=0)"),
    "after others": ("x[:, i, j]", "take_at(x, (i, j), axis=1)"),
    "and a number": ("x[i, -1]", "take_at(x, (i, -1), axis=0)"),
    "and a list": ("x[i, [1, 2]]", "take_at(x, (i, [1, 2]), axis=0)"),
    "of pixels": ("self.c(x)[:, :, i, j]", "ops.transpose(take_at(self.c(x), (i, j), axis=1), (0, 2, 1))"),
    "of channels too": ("self.c(x)[:, i, j]", "take_at(ops.transpose(self.c(x), (0, 3, 1, 2)), (i, j), axis=1)"),
}


@pytest.mark.parametrize("name", SEVERAL)
def test_several_tensors_as_indices(name: str) -> None:
    source, expected = SEVERAL[name]
    forward = f"i = torch.arange(2)\nj = torch.arange(2)\nreturn torch.flatten({source}, 1)"
    call = call_of(whole(net("self.c = nn.Conv2d(3, 3, 1)", forward)))
    assert f"({expected})" in call.splitlines()[-1], call


@pytest.mark.parametrize("index", ["x > 0, i", "i, :, i", "..., i, i", "i, 1:", "self.unknown(), i"])
def test_indices_that_are_not_followed_are_told(index: str) -> None:
    assert "T103" in {code for code, _, _ in left(net(forward=f"i = torch.arange(2)\nreturn x[{index}]"))}


MIXED = {
    "whole numbers and a float": ("i * 0.5", "ops.multiply(i, 0.5)"),
    "and a number that is not known": ("i * -self.k", "ops.multiply(i, -self.k)"),
    "and a whole number": ("i * 2 + 1", "i * 2 + 1"),
    "and their own type": ("i * i", "i * i"),
    "divided": ("i / 2", "ops.divide(i, 2)"),
    "one over": ("1 / (i + 1)", "ops.divide(1, i + 1)"),
    "and a tensor": ("i * x", "ops.multiply(i, x)"),
    "added to a tensor": ("x + i", 'x + ops.cast(i, "float32")'),
    "a mask and a tensor": ("x * (x > 0)", "ops.multiply(x, x > 0)"),
    "a mask and a number": ("(x > 0) == 0", "ops.equal(x > 0, 0)"),
    "a negated mask": ("(~(x > 0)) * x", "ops.multiply(~(x > 0), x)"),
    "a cast": ("i.float() * 0.5", 'ops.cast(i, "float32") * 0.5'),
    "a cast by name": ("i.to(torch.float32) * 0.5", 'ops.cast(i, "float32") * 0.5'),
    "another shape": ("i.unsqueeze(0) * 0.5", "ops.multiply(ops.expand_dims(i, 0), 0.5)"),
    "compared": ("i < x", "ops.less(i, x)"),
    "counted": ("x.sum() / (x > 0).sum()", "ops.divide(ops.sum(x), ops.sum(x > 0))"),
    "of two lengths": ("i + x.argmax(1).long()", 'ops.cast(i, "int64") + ops.cast(ops.argmax(x, 1), "int64")'),
}


@pytest.mark.parametrize("name", MIXED)
def test_types_of_elements_mix(name: str) -> None:
    """PyTorch promotes in every operation, operators of TensorFlow do not."""
    source, expected = MIXED[name]
    done = whole(net("self.k = 0.5", f"i = torch.arange(3)\nreturn {source}"))
    assert call_of(done).splitlines()[-1] == f"return {expected}"


def test_types_of_elements_mix_in_place() -> None:
    done = whole(net(forward="y = x + 1\ny *= x > 0\nreturn y"))
    assert call_of(done).splitlines()[1] == "y = ops.multiply(y, x > 0)"


def test_text_that_is_put_together_is_no_index_of_a_tensor() -> None:
    code = "import torch\n\ndef conv(x, params, base):\n    return torch.relu(x) * params[base + '.weight']\n"
    assert "params[base + '.weight']" in whole(code).code


@pytest.mark.parametrize(
    ("given", "expected"), [("shape", "(weight, (shape[0], 1, 1, shape[1]))"), ("*shape", "(weight, shape)")]
)
def test_items_of_a_shape_that_is_a_name_are_asked_for(given: str, expected: str) -> None:
    source = f"""
import torch


def scaled(x, weight):
    shape = (1, -1, 1, 1)
    return x * weight.view({given})
"""
    done = translate(source)
    assert done.complete
    assert f"x * ops.reshape{expected}" in done.code


def test_axes_that_a_tensor_has_not_are_told() -> None:
    source = "import torch\n\n\ndef f(x):\n    n, c = x.shape\n    return x.transpose(1, 3)\n"
    assert [d.code for d in translate(source).diagnostics] == ["T105"]
