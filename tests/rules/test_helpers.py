"""Every layer in rules/helpers computes what its PyTorch counterpart computes, in float64 and both layouts."""

from __future__ import annotations

import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
keras = pytest.importorskip("keras")
import tensorflow as tf  # noqa: E402

nn = torch.nn
HELPERS = Path(__file__).parents[2] / "rules" / "helpers"


def helper(name: str) -> Any:
    """What the file of that name defines, the way a translated file has it: with nothing but keras imported."""
    text = (HELPERS / f"{name}.py").read_text(encoding="utf-8")
    names: dict[str, Any] = {"keras": keras, "__name__": f"helpers_{name}"}
    exec(compile(text, f"{name}.py", "exec"), names)
    return names[name]


def draw(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng([seed, *shape]).normal(size=shape) * 2


def last(x: np.ndarray) -> np.ndarray:
    return np.moveaxis(x, 1, -1)


def torch_result(module: Any, *inputs: np.ndarray) -> np.ndarray | None:
    """The module's result, or None where PyTorch refuses the arguments."""
    try:
        return module.double()(*(torch.tensor(x) for x in inputs)).detach().numpy()
    except RuntimeError:
        return None


def close(actual: Any, expected: np.ndarray, tolerance: float = 1e-12) -> None:
    actual = keras.ops.convert_to_numpy(actual)
    assert actual.dtype == expected.dtype
    assert actual.shape == expected.shape
    np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance)


def dynamic(layer: Any, x: np.ndarray) -> Any:
    """The layer's result in a graph that knows only the number of channels."""
    channels_last = getattr(layer, "data_format", "channels_last") == "channels_last"
    shape = [None] * x.ndim
    shape[-1 if channels_last else 1] = x.shape[-1 if channels_last else 1]
    return tf.function(layer, input_signature=[tf.TensorSpec(shape, tf.float64)], reduce_retracing=True)(x)


def agrees(name: str, arguments: dict[str, Any], module: Any, x: np.ndarray, graph: bool = False) -> None:
    """Compare on an image: both layouts, and once with sizes that the graph does not know."""
    expected = torch_result(module, x)
    if expected is None:
        return
    cls = helper(name)
    layer = cls(**arguments, dtype="float64")
    close(layer(last(x)), last(expected))
    close(cls(**arguments, data_format="channels_first", dtype="float64")(x), expected)
    if graph:
        close(dynamic(layer, last(x)), last(expected))
    again = cls.from_config(layer.get_config())
    close(again(last(x)), last(expected))


SIZES = {1: [(7,), (10,)], 2: [(7, 10), (8, 5)], 3: [(5, 6, 7)]}
WINDOWS = [(2, 2, 0), (3, 2, 1), (3, 1, 1), (2, 3, 1), (3, 3, 0), (4, 3, 2), (5, 2, 2), (2, None, 1), (1, 2, 0)]


@pytest.mark.parametrize("ceil", [False, True])
@pytest.mark.parametrize("window", WINDOWS, ids=str)
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_max_pooling(rank: int, window: tuple[int, int | None, int], ceil: bool) -> None:
    k, s, p = window
    for size in SIZES[rank]:
        module = getattr(nn, f"MaxPool{rank}d")(k, s, p, ceil_mode=ceil)
        arguments = {"pool_size": k, "strides": s, "padding": p, "ceil_mode": ceil}
        x = draw(2, 3, *size) - 5
        if rank == 3:  # TensorFlow has no kernel for float64; the maximum does not round
            expected = torch_result(module, x := x.astype("float32").astype("float64"))
            if expected is not None:
                close(helper("PaddedMaxPooling")(**arguments)(last(x)), last(expected).astype("float32"))
            dilated = nn.MaxPool3d(k, s, p, (1, 2, 1), ceil_mode=ceil)
            agrees("DilatedMaxPooling", {**arguments, "dilation_rate": (1, 2, 1)}, dilated, x)
            continue
        agrees("PaddedMaxPooling", arguments, module, x, graph=rank == 2)
        for d in (1, 2, 3):
            module = getattr(nn, f"MaxPool{rank}d")(k, s, p, d, ceil_mode=ceil)
            agrees("DilatedMaxPooling", {**arguments, "dilation_rate": d}, module, draw(2, 3, *size) - 5, rank == 1)


@pytest.mark.parametrize("ceil", [False, True])
def test_pooling_with_pairs(ceil: bool) -> None:
    x = draw(2, 3, 9, 8) - 5
    arguments = {"pool_size": (3, 2), "strides": (2, 3), "padding": (1, 0), "ceil_mode": ceil}
    agrees("PaddedMaxPooling", arguments, nn.MaxPool2d((3, 2), (2, 3), (1, 0), ceil_mode=ceil), x)
    agrees("PaddedAveragePooling", arguments, nn.AvgPool2d((3, 2), (2, 3), (1, 0), ceil), x)
    module = nn.MaxPool2d((3, 2), (2, 3), (1, 0), (1, 2), ceil_mode=ceil)
    agrees("DilatedMaxPooling", {**arguments, "dilation_rate": (1, 2)}, module, x)


def test_pooling_of_every_size_with_ceil_mode() -> None:
    for k, s, n in itertools.product(range(1, 5), range(1, 6), range(1, 9)):
        for p in range(k // 2 + 1):
            x = draw(1, 2, n)
            arguments = {"pool_size": k, "strides": s, "padding": p, "ceil_mode": True}
            agrees("PaddedMaxPooling", arguments, nn.MaxPool1d(k, s, p, ceil_mode=True), x)
            agrees("DilatedMaxPooling", arguments, nn.MaxPool1d(k, s, p, ceil_mode=True), x)
            agrees("PaddedAveragePooling", arguments, nn.AvgPool1d(k, s, p, True), x)


@pytest.mark.parametrize("include", [False, True])
@pytest.mark.parametrize("ceil", [False, True])
@pytest.mark.parametrize("window", WINDOWS, ids=str)
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_average_pooling(rank: int, window: tuple[int, int | None, int], ceil: bool, include: bool) -> None:
    k, s, p = window
    arguments = {"pool_size": k, "strides": s, "padding": p, "ceil_mode": ceil, "count_include_pad": include}
    for size in SIZES[rank]:
        module = getattr(nn, f"AvgPool{rank}d")(k, s, p, ceil, include)
        if rank == 3:
            expected = torch_result(module, x := draw(2, 3, *size))
            if expected is not None:  # TensorFlow has no kernel for float64
                close(helper("PaddedAveragePooling")(**arguments)(last(x)), last(expected).astype("float32"), 1e-5)
            continue
        agrees("PaddedAveragePooling", arguments, module, draw(2, 3, *size), graph=rank == 2)


@pytest.mark.parametrize("kind", ["Average", "Max"])
@pytest.mark.parametrize("output", [1, 3, 8, (3, None), (None, 4), (12, 5)], ids=str)
def test_adaptive_pooling(kind: str, output: Any) -> None:
    module = getattr(nn, f"Adaptive{kind[:3].replace('Ave', 'Avg')}Pool2d")(output)
    for size in SIZES[2]:
        agrees(f"Adaptive{kind}Pooling", {"output_size": output}, module, draw(2, 3, *size), graph=True)
    if isinstance(output, int):
        for rank in (1, 3):
            module = getattr(nn, f"Adaptive{kind[:3].replace('Ave', 'Avg')}Pool{rank}d")(output)
            agrees(f"Adaptive{kind}Pooling", {"output_size": output}, module, draw(2, 3, *SIZES[rank][0]))


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("norm", [1, 2, 3, 1.5])
def test_lp_pooling(rank: int, norm: float) -> None:
    x = np.abs(draw(2, 3, *SIZES[rank][0]))
    for k, s in ((2, None), (3, 2)):
        arguments = {"norm": norm, "pool_size": k, "strides": s}
        module = getattr(nn, f"LPPool{rank}d")(norm, k, s)
        if rank < 3:
            agrees("LPPooling", arguments, module, x)
        else:  # TensorFlow has no kernel for float64
            expected = torch_result(module, x)
            close(helper("LPPooling")(**arguments)(last(x)), last(expected).astype("float32"), 1e-5)


PADDINGS = {
    1: [(2, 2), ((1, 3), ((1, 3),)), ((0, 2), ((0, 2),))],
    2: [(2, 2), ((1, 2, 0, 3), ((0, 3), (1, 2)))],
    3: [(1, 1), ((1, 2, 0, 3, 2, 1), ((2, 1), (0, 3), (1, 2)))],
}


@pytest.mark.parametrize("kind", ["Reflection", "Replication", "Circular", "Constant"])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_padding(kind: str, rank: int) -> None:
    for written, ours in PADDINGS[rank]:
        value = (1.5,) if kind == "Constant" else ()
        module = getattr(nn, f"{kind}Pad{rank}d")(written, *value)
        arguments = {"padding": ours, **({"value": 1.5} if value else {})}
        agrees(f"{kind}Padding", arguments, module, draw(2, 3, *SIZES[rank][0]), graph=True)
        pairs = helper("padding_pairs")(written)
        assert pairs == ours
    layer = helper(f"{kind}Padding")((1,) * rank, *value, dtype="float64")
    expected = torch_result(getattr(nn, f"{kind}Pad{rank}d")(1, *value), x := draw(2, 3, *SIZES[rank][0]))
    close(layer(last(x)), last(expected))


SCALES = [2, 3, 1.5, 0.5, 2.3, 0.7, 1.0, 0.3]


@pytest.mark.parametrize("mode", ["nearest", "nearest-exact", "linear", "linear aligned", "cubic", "cubic aligned"])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_upsampling(rank: int, mode: str) -> None:
    kind, _, aligned = mode.partition(" ")
    name = {"linear": {1: "linear", 2: "bilinear", 3: "trilinear"}[rank], "cubic": "bicubic"}.get(kind, kind)
    if kind == "cubic" and rank != 2:
        return
    corners = None if kind.startswith("nearest") else bool(aligned)
    for size, factor in itertools.product(SIZES[rank], SCALES):
        module = nn.Upsample(scale_factor=factor, mode=name, align_corners=corners)
        arguments = {"factor": factor, "interpolation": kind, "align_corners": bool(aligned)}
        agrees("Upsampling", arguments, module, draw(2, 3, *size), graph=True)
    for size, target in itertools.product(SIZES[rank], [1, 4, 13, (3, 12, 9)[:rank]]):
        module = nn.Upsample(size=target, mode=name, align_corners=corners)
        arguments = {"size": target, "interpolation": kind, "align_corners": bool(aligned)}
        agrees("Upsampling", arguments, module, draw(2, 3, *size), graph=True)


def test_nearest_upsampling_to_every_size() -> None:
    cls = helper("Upsampling")
    for mode in ("nearest", "nearest-exact"):
        for n, target in itertools.product([1, 2, 3, 5, 7, 10, 14, 28, 49, 56], range(1, 60)):
            x = np.arange(n, dtype=float).reshape(1, 1, n)
            expected = torch_result(nn.Upsample(size=target, mode=mode), x)
            close(cls(size=target, interpolation=mode, dtype="float64")(last(x)), last(expected))
            if mode == "nearest-exact":  # in float32 PyTorch's own kernels differ from one another
                continue
            x = torch.tensor(x, dtype=torch.float32)
            expected = nn.Upsample(size=target, mode=mode)(x).numpy()
            close(cls(size=target, interpolation=mode)(last(x.numpy())), last(expected))


@pytest.mark.parametrize("r", [1, 2, 3])
def test_pixel_shuffle(r: int) -> None:
    agrees("PixelShuffle", {"factor": r}, nn.PixelShuffle(r), draw(2, 2 * r * r, 3, 5), graph=True)
    agrees("PixelUnshuffle", {"factor": r}, nn.PixelUnshuffle(r), draw(2, 3, 2 * r, 3 * r), graph=True)


@pytest.mark.parametrize("groups", [1, 2, 3])
def test_channel_shuffle(groups: int) -> None:
    for x in (draw(2, 6, 5), draw(2, 6, 3, 5)):
        expected = torch_result(nn.ChannelShuffle(groups), x)
        layer = helper("ChannelShuffle")(groups, dtype="float64")
        close(layer(last(x)), last(expected))
        close(dynamic(layer, last(x)), last(expected))
        close(helper("ChannelShuffle")(groups, axis=1, dtype="float64")(x), expected)


TRANSPOSED = [
    (1, k, s, p, extra, d, groups)
    for k, s, p, extra, d, groups in itertools.product([1, 2, 3], [1, 2, 3], [0, 1], [0, 1], [1, 2], [1, 2])
    if extra < max(s, d) and p <= d * (k - 1)
] + [(2, 3, 2, 1, 1, 1, 2), (2, (2, 3), (2, 1), (0, 1), (1, 0), 1, 4), (2, 3, 2, 0, 0, 2, 2), (3, 3, 2, 1, 1, 1, 2)]


@pytest.mark.parametrize("case", TRANSPOSED, ids=str)
def test_transposed_convolution(case: tuple[Any, ...]) -> None:
    rank, k, s, p, extra, d, groups = case
    module = getattr(nn, f"ConvTranspose{rank}d")(4, 8, k, s, p, extra, groups, True, d)
    x = draw(2, 4, *(5, 4, 3)[:rank])
    expected = torch_result(module, x)
    if expected is None:
        return
    for layout in ("channels_last", "channels_first"):
        layer = helper("ConvTranspose")(8, k, s, p, extra, groups, True, d, data_format=layout, dtype="float64")
        given = last(x) if layout == "channels_last" else x
        layer.build(given.shape)
        weight = module.weight.detach().numpy()
        layer.kernel.assign(weight.transpose(*range(2, rank + 2), 1, 0))
        layer.bias.assign(module.bias.detach().numpy())
        close(layer(given), last(expected) if layout == "channels_last" else expected)


@pytest.mark.parametrize("shape", [(2, 6), (2, 6, 5), (2, 3, 4, 5)], ids=str)
@pytest.mark.parametrize("axes", [1, 2])
@pytest.mark.parametrize("eps", [None, 1e-3])
@pytest.mark.parametrize("scale", [False, True])
def test_rms_norm(shape: tuple[int, ...], axes: int, eps: float | None, scale: bool) -> None:
    normalized = shape[-axes:] if axes > 1 else shape[-1]
    if axes >= len(shape):
        return
    module = nn.RMSNorm(normalized, eps, scale).double()
    layer = helper("RMSNorm")(normalized, eps, scale, dtype="float64")
    x = draw(*shape) * 1e-3
    layer.build(x.shape)
    if scale:
        value = draw(*shape[-axes:], seed=1)
        module.weight.data = torch.tensor(value)
        layer.gamma.assign(value)
    close(layer(x), torch_result(module, x))


def test_trailing_axes() -> None:
    axes = helper("trailing_axes")
    assert axes(5) == -1
    for shape in ([5], (4, 5), [3, 4, 5]):
        layer = keras.layers.LayerNormalization(axis=axes(shape), epsilon=1e-5, dtype="float64")
        x = draw(2, 3, 4, 5)
        close(layer(x), torch_result(nn.LayerNorm(shape), x), 1e-10)


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_local_response_normalization(size: int) -> None:
    for x in (draw(2, 4, 7), draw(2, 6, 4, 5), draw(2, 3, 2, 3, 4)):
        expected = torch_result(nn.LocalResponseNorm(size, 0.1, 0.6, 1.5), x)
        cls = helper("LocalResponseNormalization")
        close(cls(size, 0.1, 0.6, 1.5, dtype="float64")(last(x)), last(expected))
        close(cls(size, 0.1, 0.6, 1.5, axis=1, dtype="float64")(x), expected)


@pytest.mark.parametrize("bias", [False, True])
def test_bilinear(bias: bool) -> None:
    module = nn.Bilinear(3, 4, 5, bias)
    for middle in ((), (6,), (2, 3)):
        a, b = draw(2, *middle, 3), draw(2, *middle, 4)
        layer = helper("Bilinear")(5, bias, dtype="float64")
        layer(a, b)
        expected = torch_result(module, a, b)
        layer.set_weights([p.detach().numpy() for p in module.parameters()])
        close(layer(a, b), expected)


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 5), (2, 3, 4, 5)], ids=str)
def test_prelu(shape: tuple[int, ...]) -> None:
    x = draw(*shape)
    for count in (1, 3):
        module = nn.PReLU(count, 0.3).double()
        slope = draw(count, seed=2)
        module.weight.data = torch.tensor(slope)
        expected = torch_result(module, x)
        for axis, given, wanted in ((-1, last(x), last(expected)), (1, x, expected)):
            layer = helper("PReLU")(count, 0.3, axis, dtype="float64")
            layer.build(given.shape)
            np.testing.assert_allclose(keras.ops.convert_to_numpy(layer.alpha), 0.3)
            layer.alpha.assign(slope)
            close(layer(given), wanted)


ELEMENTWISE = [
    ("CELU", (0.5,), nn.CELU(0.5)),
    ("CELU", (2.0,), nn.CELU(2.0)),
    ("ApproximateGELU", (), nn.GELU("tanh")),
    ("Softplus", (2.0, 3.0), nn.Softplus(2.0, 3.0)),
    ("Softplus", (0.5, 20.0), nn.Softplus(0.5)),
    ("SoftShrink", (0.2,), nn.Softshrink(0.2)),
    ("HardShrink", (0.2,), nn.Hardshrink(0.2)),
    ("Clip", (-0.3, 6.0), nn.Hardtanh(-0.3, 6.0)),
    ("Threshold", (0.1, 20.3), nn.Threshold(0.1, 20.3)),
    ("Softmin", (1,), nn.Softmin(1)),
    ("LogSoftmax", (1,), nn.LogSoftmax(1)),
    ("GLU", (1,), nn.GLU(1)),
    ("FlattenAxes", (2,), nn.Flatten(2)),
    ("FlattenAxes", (0, 1), nn.Flatten(0, 1)),
    ("FlattenAxes", (-3, -2), nn.Flatten(-3, -2)),
    ("UnflattenAxis", (1, (2, 3)), nn.Unflatten(1, (2, 3))),
    ("UnflattenAxis", (-1, (5, -1)), nn.Unflatten(-1, (5, -1))),
]


@pytest.mark.parametrize(("name", "arguments", "module"), ELEMENTWISE, ids=[f"{n}{a}" for n, a, _ in ELEMENTWISE])
def test_in_the_order_of_the_source(name: str, arguments: tuple[Any, ...], module: Any) -> None:
    x = np.concatenate([draw(4, 6, 3, 5), draw(4, 6, 2, 5) * 1e3], axis=2)
    expected = torch_result(module, x)
    layer = helper(name)(*arguments, dtype="float64")
    tolerance = 1e-8 if name == "ApproximateGELU" else 1e-12  # TensorFlow's constants are in float32
    close(layer(x), expected, tolerance)
    close(dynamic(layer, x), expected, tolerance)
    close(type(layer).from_config(layer.get_config())(x), expected, tolerance)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_items_by_several_tensors(axis: int) -> None:
    x = draw(4, 6, 3, 5)
    i, j = np.array([[0, -1, 2], [1, 1, -3]]), np.array([[2], [-1]])
    taken = helper("take_at")
    for indices in ((i, j), (i, 1), (j, [2, -2, 0])):
        expected = x[(slice(None),) * axis + indices]
        close(taken(x, indices, axis=axis), expected)
        close(dynamic(lambda given, indices=indices: taken(given, indices, axis=axis), x), expected)
    with pytest.raises(TypeError, match="mask"):
        taken(x, (i > 0, j), axis=axis)
