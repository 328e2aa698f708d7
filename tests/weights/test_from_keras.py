"""From Keras to PyTorch: functional and sequential models have no attributes, so the order of calls pairs."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")
keras = pytest.importorskip("keras")

from keras import layers  # noqa: E402
from torch import nn  # noqa: E402

from translate.weights import WeightError, pair, transfer  # noqa: E402


def branches(depth: int = 3) -> keras.Model:
    """Convolutions of one shape in two branches that take turns."""
    x = y = inputs = keras.Input((None, None, 4))
    for _ in range(depth):
        x = layers.Conv2D(4, 3, padding="same")(x)
        y = layers.Conv2D(4, 3, padding="same")(y)
    return keras.Model(inputs, [x, y])


class Branches(nn.Module):
    def __init__(self, depth: int = 3) -> None:
        super().__init__()
        self.second = nn.ModuleList(nn.Conv2d(4, 4, 3, padding=1) for _ in range(depth))
        self.first = nn.ModuleList(nn.Conv2d(4, 4, 3, padding=1) for _ in range(depth))

    def forward(self, x):
        y = x
        for first, second in zip(self.first, self.second, strict=True):
            x, y = first(x), second(y)
        return x, y


def same(layer: keras.Model, module: nn.Module, *shape: int) -> bool:
    """Whether both compute the same of images."""
    x = np.random.default_rng(0).normal(size=shape).astype("float32")
    with torch.no_grad():
        actual = module.eval()(torch.from_numpy(np.moveaxis(x, -1, 1).copy()))
    expected = [keras.ops.convert_to_numpy(y) for y in keras.tree.flatten(layer(x))]
    actual = [y.numpy() for y in actual] if isinstance(actual, tuple) else [actual.numpy()]
    actual = [np.moveaxis(y, 1, -1) if y.ndim == 4 else y for y in actual]
    return all(np.allclose(e, a, rtol=1e-4, atol=1e-5) for e, a in zip(expected, actual, strict=True))


def test_layers_of_one_shape_follow_the_order_of_calls_not_of_attributes() -> None:
    layer, module = branches(), Branches()
    transfer(layer, module)
    assert same(layer, module, 2, 6, 7, 4)
    transfer(layer, module, inputs=[torch.zeros(1, 4, 5, 5)])
    assert same(layer, module, 2, 6, 7, 4)
    back = branches()
    assert not same(back, module, 2, 6, 7, 4)
    transfer(module, back)
    assert same(back, module, 2, 6, 7, 4)


def test_the_guess_leaves_the_module_as_it_was() -> None:
    layer = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(4, 3), layers.BatchNormalization()])
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))
    module[1].train()
    module[0].eval()
    transfer(layer, module)
    assert module[1].training and not module[0].training
    assert int(module[1].num_batches_tracked) == 0


def test_a_saved_and_loaded_model(tmp_path) -> None:
    layer, module = branches(), Branches()
    layer.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    transfer(loaded, module)
    assert same(loaded, module, 2, 6, 7, 4)


def test_a_model_of_some_of_the_tensors_of_another() -> None:
    whole = branches()
    part = keras.Model(whole.layers[1].output, whole.outputs[0])
    module = nn.Sequential(nn.Conv2d(4, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1))
    transfer(part, module)
    assert same(part, module, 2, 6, 7, 4)


class Two(nn.Module):
    def __init__(self, first: nn.Module, second: nn.Module) -> None:
        super().__init__()
        self.second, self.first = second, first

    def forward(self, x):
        return self.second(self.first(x))


def dense() -> keras.Model:
    inputs = keras.Input((5,))
    return keras.Model(inputs, layers.Dense(3)(layers.Dense(4)(inputs)), name="dense")


@pytest.mark.parametrize(
    ("layer", "module", "problem"),
    [
        (dense, lambda: Two(nn.Linear(5, 4), nn.Linear(4, 2)), "second.weight: shape [2, 4] becomes [4, 2], but"),
        (dense, lambda: Two(nn.Linear(5, 4), nn.LayerNorm(4)), "second: expected keras.layers.LayerNormalization"),
        (dense, lambda: nn.Sequential(nn.Linear(5, 4)), "missing in PyTorch"),
        (dense, lambda: nn.Sequential(nn.Linear(5, 4), nn.Linear(4, 3), nn.Linear(3, 3)), "2.weight: missing in Keras"),
        (dense, lambda: nn.Sequential(nn.Linear(5, 4), nn.Linear(4, 3, bias=False)), "bias: left over in Keras"),
        (dense, lambda: nn.Sequential(nn.Linear(5, 4), nn.LazyLinear(3)), "1.weight: the PyTorch model has no weights"),
    ],
)
def test_what_does_not_correspond_is_told_in_few_lines(layer, module, problem: str) -> None:
    source, target = layer(), module()
    if "no weights" in problem:
        with pytest.raises(WeightError, match="call it once"):
            pair(target, source)
        transfer(source, target)  # calls it on zeros
        return
    before = {name: t.clone() for name, t in target.state_dict().items()}
    with pytest.raises(WeightError) as error:
        transfer(source, target)
    assert any(problem in p for p in error.value.problems), error.value.problems
    assert len(error.value.problems) <= 2
    assert all(torch.equal(before[name], t) for name, t in target.state_dict().items())


class Gate(layers.Layer):
    """Two layers inside of one; in PyTorch they stand in the model itself."""

    def __init__(self, **arguments) -> None:
        super().__init__(**arguments)
        self.squeeze, self.excite = layers.Dense(2), layers.Dense(4)

    def call(self, x):
        return x * self.excite(self.squeeze(x))


class Inlined(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.last, self.excite, self.squeeze = nn.Linear(4, 3), nn.Linear(2, 4), nn.Linear(4, 2)

    def forward(self, x):
        return self.last(x * self.excite(self.squeeze(x)))


def test_a_layer_whose_parts_stand_in_the_model_itself() -> None:
    inputs = keras.Input((4,))
    layer = keras.Model(inputs, layers.Dense(3)(Gate()(inputs)))
    module = Inlined()
    transfer(layer, module)
    assert same(layer, module, 2, 4)


def test_a_layer_that_a_model_shares_with_a_model_inside_of_it() -> None:
    class Shared(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.other, self.shared = nn.Linear(4, 4), nn.Linear(4, 4)

        def forward(self, x):
            return self.shared(self.other(self.shared(x)))

    shared = layers.Dense(4)
    inputs, inner = keras.Input((4,)), keras.Input((4,))
    nested = keras.Model(inner, layers.Dense(4)(shared(inner)))
    layer, module = keras.Model(inputs, shared(nested(inputs))), Shared()
    transfer(layer, module)
    assert same(layer, module, 2, 4)


@pytest.mark.parametrize(("name", "kind"), [("LSTM", "LSTM"), ("GRU", "GRU"), ("SimpleRNN", "RNN")])
def test_recurrent_layers_move_both_ways(name: str, kind: str) -> None:
    layer = keras.layers.Bidirectional(getattr(keras.layers, name)(3, return_sequences=True))
    model = keras.Sequential([keras.Input((5, 4)), layer])
    for weight in model.weights:
        weight.assign(np.random.default_rng(0).standard_normal(weight.shape))
    module = torch.nn.Sequential(getattr(torch.nn, kind)(4, 3, batch_first=True, bidirectional=True))
    x = np.random.default_rng(1).standard_normal((2, 5, 4)).astype("float32")

    def outputs():
        return np.array(model(x)), module(torch.as_tensor(x))[0].detach().numpy()

    transfer(model, module)
    np.testing.assert_allclose(*outputs(), atol=1e-5)
    for parameter in module.parameters():  # both biases
        torch.nn.init.normal_(parameter)
    transfer(module, model)
    np.testing.assert_allclose(*outputs(), atol=1e-5)
