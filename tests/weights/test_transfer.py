"""Pairs of hand-written models: everything is moved, or nothing is and the reason is told."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")
keras = pytest.importorskip("keras")

from torch import nn  # noqa: E402

from translate.weights import WeightError, pair, transfer  # noqa: E402


class Source(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 4, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU())
        self.layers = nn.ModuleList([nn.Linear(4, 4), nn.Linear(4, 4)])
        self.heads = nn.ModuleDict({"b": nn.Linear(4, 2), "a": nn.Linear(4, 3)})
        self.name = nn.PReLU(4)
        self.scale = nn.Parameter(torch.randn(4))
        self.register_buffer("table", torch.randn(5))
        self.register_buffer("scratch", torch.zeros(5), persistent=False)
        self.extras = nn.ParameterList([nn.Parameter(torch.randn(2)), nn.Parameter(torch.randn(3))])

    def forward(self, x):
        x = self.name(self.stem(x)).mean((2, 3)) * self.scale
        for layer in self.layers:
            x = layer(x)
        return torch.cat([self.heads["a"](x), self.heads["b"](x)], 1)


class PReLU(keras.Layer):
    """As the translator writes it."""

    def __init__(self, parameters: int) -> None:
        super().__init__()
        self.alpha = self.add_weight(shape=(parameters,), name="alpha")

    def call(self, x):
        return keras.ops.where(x > 0, x, self.alpha * x)


class Target(keras.Model):
    def __init__(self, width: int = 4, bias: bool = False) -> None:
        super().__init__()
        self.stem = keras.Sequential(
            [
                keras.Sequential([keras.layers.ZeroPadding2D(0), keras.layers.Conv2D(width, 3, use_bias=bias)]),
                keras.layers.BatchNormalization(epsilon=1e-5),
                keras.layers.Permute((1, 2, 3)),
                keras.layers.ReLU(),
            ]
        )
        self.layers_ = [keras.layers.Dense(width), keras.layers.Dense(width)]
        self.heads = {"a": keras.layers.Dense(3), "b": keras.layers.Dense(2)}
        self.name_ = PReLU(width)
        self.scale = self.add_weight(shape=(width,), name="scale")
        self.table = self.add_weight(shape=(5,), name="table", trainable=False)
        self.extras = [self.add_weight(shape=(2,)), self.add_weight(shape=(3,))]
        self.unused_seed = keras.layers.Dropout(0.5)

    def call(self, x):
        x = keras.ops.mean(self.name_(self.stem(x)), (1, 2)) * self.scale
        for layer in self.layers_:
            x = layer(x)
        return keras.ops.concatenate([self.heads["a"](x), self.heads["b"](x)], 1)


def images() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(2, 3, 8, 9)).astype("float32")


def outputs(source: nn.Module, target: keras.Model) -> tuple[np.ndarray, np.ndarray]:
    x = images()
    with torch.no_grad():
        expected = source.eval()(torch.from_numpy(x)).numpy()
    return expected, keras.ops.convert_to_numpy(target(x.transpose(0, 2, 3, 1)))


def built(**arguments: object) -> Target:
    target = Target(**arguments)
    target(images().transpose(0, 2, 3, 1))
    return target


def test_everything_moves_and_comes_back() -> None:
    source, target = Source(), built()
    with torch.no_grad():
        for tensor in [*source.parameters(), source.stem[1].running_mean]:
            tensor.normal_()
    transfer(source, target)
    np.testing.assert_allclose(*outputs(source, target), rtol=1e-5, atol=1e-6)
    assert {p.path for p in pair(source, target).pairs} >= {
        "scale",
        "table",
        "extras.0",
        "heads.a.weight",
        "name.weight",
    }

    back = Source()
    transfer(target, back)
    for name, tensor in source.state_dict().items():
        if "num_batches_tracked" not in name:
            torch.testing.assert_close(back.state_dict()[name], tensor, rtol=0, atol=0)


def test_an_unbuilt_model_is_refused() -> None:
    with pytest.raises(WeightError, match="call it once"):
        transfer(Source().stem, keras.Sequential([keras.layers.Conv2D(4, 3), keras.layers.BatchNormalization()]))


def test_shapes_that_do_not_fit_are_all_listed_and_nothing_changes() -> None:
    source, target = Source(), built(width=6)
    before = [keras.ops.convert_to_numpy(w).copy() for w in target.weights]
    with pytest.raises(WeightError) as error:
        transfer(source, target)
    assert "stem.0.weight: shape [4, 3, 3, 3] becomes [3, 3, 3, 4]" in str(error.value)
    assert any(p.startswith("scale: shape [4] becomes [4], but") for p in error.value.problems)
    for weight, old in zip(target.weights, before, strict=True):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(weight), old)


def test_left_over_and_missing_weights_are_named() -> None:
    source, target = Source(), built(bias=True)
    source.more = nn.Linear(2, 2)
    del target.scale
    target.scale = None
    with pytest.raises(WeightError) as error:
        transfer(source, target)
    text = str(error.value)
    assert "more: missing in Keras" in text
    assert "bias: left over in Keras, shape [4]" in text
    assert "scale: missing in Keras" in text


def test_a_shared_module_is_moved_once_and_must_stay_shared() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a = nn.Linear(3, 3)
            self.b = self.a

    class Tied(keras.Layer):
        def __init__(self, tied: bool) -> None:
            super().__init__()
            self.a = keras.layers.Dense(3)
            self.b = self.a if tied else keras.layers.Dense(3)

        def call(self, x):
            return self.b(self.a(x))

    tied, untied = Tied(True), Tied(False)
    tied(np.zeros((1, 3))), untied(np.zeros((1, 3)))
    transfer(Twice(), tied)
    with pytest.raises(WeightError, match=r"a.weight and b.weight: are one tensor in PyTorch, two in Keras"):
        transfer(Twice(), untied)


@pytest.mark.parametrize(
    ("source", "target", "shape"),
    [
        (nn.Conv1d(4, 6, 3), keras.layers.Conv1D(6, 3), (2, 4, 9)),
        (nn.Conv3d(2, 3, 2), keras.layers.Conv3D(3, 2), (1, 2, 4, 5, 6)),
        (nn.Conv2d(4, 8, 3, groups=2), keras.layers.Conv2D(8, 3, groups=2), (2, 4, 7, 8)),
        (nn.Conv2d(4, 8, 3, groups=4), keras.layers.DepthwiseConv2D(3, depth_multiplier=2), (2, 4, 7, 8)),
        (nn.ConvTranspose2d(4, 6, 3, stride=2), keras.layers.Conv2DTranspose(6, 3, strides=2), (2, 4, 5, 6)),
        (nn.LayerNorm(5), keras.layers.LayerNormalization(epsilon=1e-5), (2, 3, 5)),
        (nn.Linear(5, 5), keras.layers.Dense(5), (2, 3, 5)),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, tuple) else "",
)
def test_single_layers_compute_the_same(source: nn.Module, target: keras.Layer, shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(1).normal(size=shape).astype("float32")
    channels_last = "conv" in type(source).__name__.lower()
    last = np.moveaxis(x, 1, -1) if channels_last else x
    target(last)
    with torch.no_grad():
        for tensor in source.parameters():
            tensor.normal_()
        expected = source(torch.from_numpy(x)).numpy()
    transfer(source, target)
    actual = keras.ops.convert_to_numpy(target(last))
    np.testing.assert_allclose(np.moveaxis(actual, -1, 1) if channels_last else actual, expected, rtol=1e-4, atol=1e-5)


def test_embedding_and_group_norm() -> None:
    embedding, table = nn.Embedding(7, 3), keras.layers.Embedding(7, 3)
    table(np.zeros((1, 2), "int32"))
    transfer(embedding, table)
    np.testing.assert_array_equal(embedding.weight.detach().numpy(), keras.ops.convert_to_numpy(table.embeddings))


def test_a_subclass_of_a_known_module_is_found() -> None:
    class Mine(nn.Linear):
        pass

    target = keras.layers.Dense(2)
    target(np.zeros((1, 3)))
    transfer(Mine(3, 2), target)


def test_the_wrong_kind_of_layer_is_named() -> None:
    target = keras.layers.EinsumDense("ab,bc->ac", output_shape=2)
    target(np.zeros((1, 3)))
    with pytest.raises(WeightError, match=r"expected keras\.layers\.Dense as its translation, found EinsumDense"):
        transfer(nn.Linear(3, 2), target)
