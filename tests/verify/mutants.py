"""Correct pairs of programs (hosts/) and faults to plant in them, one at a time."""
# ruff: noqa: E501 - each fault is one line, so that they can be read as a list

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

HOSTS = Path(__file__).parent / "hosts"
INPUTS = {
    "images": "x: float32[N,3,H,W], H in 20..30, W in 20..30",
    "attention": "tokens: int64[N,T] < 20, T in 4..8",
    "recurrent": "x: float32[N,T,5], T in 4..6",
    "steps": "x: float32[N,5]",
}
Framework = Literal["tf", "torch"]


@dataclass(frozen=True)
class Mutant:
    """A fault: ``old`` in the translation of a host becomes ``new``."""

    host: str
    to: Framework
    name: str
    where: str
    """Paths of the submodule that is then faulty: in whose code the fault is, or whose arguments; the innermost.

    Two, with a bar between, where it lies in the code that hands a tensor to a submodule."""
    old: str
    new: str

    @property
    def id(self) -> str:
        return f"{self.host}-{self.to}-{self.name.replace(' ', '_')}"


def host(name: str, framework: Framework) -> str:
    """The text of one side of a host."""
    return (HOSTS / f"{name}_{'keras' if framework == 'tf' else 'torch'}.py").read_text(encoding="utf-8")


def sides(name: str, to: Framework) -> tuple[str, str, str]:
    """The source, the right translation, and the description of the input."""
    inputs = INPUTS[name] if to == "tf" else INPUTS[name].replace("[N,3,H,W]", "[N,H,W,3]")
    return host(name, "torch" if to == "tf" else "tf"), host(name, to), inputs


def planted(mutant: Mutant) -> str:
    """The wrong translation. Raises ValueError if there is nothing to make wrong, or more than one place."""
    right = host(mutant.host, mutant.to)
    if right.count(mutant.old) != 1:
        raise ValueError(f"{mutant.id}: {mutant.old!r} is there {right.count(mutant.old)} times")
    return right.replace(mutant.old, mutant.new)


def _mutants(host: str, to: Framework, *faults: tuple[str, str, str, str]) -> list[Mutant]:
    return [Mutant(host, to, *fault) for fault in faults]


MUTANTS = [
    *_mutants(
        "images",
        "tf",
        ("convolution padded as same", "stem|stem.conv", "self.conv(ops.pad(x, SIDES))", "self.conv(ops.pad(x, [[0, 0], [0, 2], [0, 2], [0, 0]]))"),
        ("eps of Keras", "stem.bn", "momentum=0.9, epsilon=1e-5", "momentum=0.9"),
        ("eps off by a tenth", "stem.bn", "momentum=0.9, epsilon=1e-5", "momentum=0.9, epsilon=1.1e-5"),
        ("momentum of Keras", "stem.bn", "momentum=0.9, ", ""),
        ("max pool padded with more than its values", "stem|stem.pool", 'constant_values=-float("inf")', "constant_values=2"),
        ("activation missing", "stem", "ops.relu(self.bn(self.conv(ops.pad(x, SIDES))))", "self.bn(self.conv(ops.pad(x, SIDES)))"),
        ("batch norm that never trains", "stem.bn", "self.bn(self.conv(ops.pad(x, SIDES)))", "self.bn(self.conv(ops.pad(x, SIDES)), training=False)"),
        ("dilation missing", "mix.wide", ", dilation_rate=2", ""),
        ("slope of Keras", "mix", "ops.leaky_relu(self.wide(x), 0.01)", "ops.leaky_relu(self.wide(x))"),
        ("groups otherwise", "mix.norm", "GroupNormalization(2,", "GroupNormalization(4,"),
        ("gelu approximate", "mix", ", approximate=False", ""),
        ("average that leaves padding out", "down", "ops.average_pool(ops.pad(x, SIDES), 3, strides=1)", 'ops.average_pool(x, 3, strides=1, padding="same")'),
        ("off by one slice", "border", "x[:, 1:, :-1]", "x[:, :-1, :-1]"),
        ("padding sides swapped", "border", "[2, 1], [1, 2]", "[1, 2], [1, 2]"),
        ("symmetric for reflect", "border", '"reflect"', '"symmetric"'),
        ("padding of the transposed convolution at the other end", "up", "[:, 1:, 1:]", "[:, :-1, :-1]"),
        ("resize otherwise", "up", '"nearest"', '"bilinear"'),
        ("channels not shuffled", "swap", "ops.swapaxes(ops.reshape(x, (n, h, w, 2, c // 2)), 3, 4)", "ops.reshape(x, (n, h, w, 2, c // 2))"),
        ("mean over one axis", "swap", "ops.mean(x, (1, 2), keepdims=True)", "ops.mean(x, 1, keepdims=True)"),
        ("biased deviation", "swap", "(h * w - 1)", "(h * w)"),
        ("dropout of elements", "drop", "SpatialDropout2D", "Dropout"),
        ("dropout rate", "drop", "SpatialDropout2D(0.3)", "SpatialDropout2D(0.2)"),
        ("dropout left on", "drop", "x = self.drop(x)", "x = self.drop(x, training=True)"),
        ("mean for maximum", "", "ops.max(x, (1, 2))", "ops.mean(x, (1, 2))"),
        ("parts swapped", "", "[ops.max(x, (1, 2)), ops.mean(x, (1, 2))]", "[ops.mean(x, (1, 2)), ops.max(x, (1, 2))]"),
        ("softmax over the batch", "", "self.head(x), 1)", "self.head(x), 0)"),
        ("kernel transposed", "up.conv", "layers.Conv2DTranspose(8, 3, strides=2)", "type('Conv2DTranspose', (layers.Conv2DTranspose,), {'call': lambda self, x: ops.conv_transpose(x, ops.swapaxes(self.kernel, 0, 1), 2) + self.bias})(8, 3, strides=2)"),
    ),
    *_mutants(
        "images",
        "torch",
        ("no padding but at the end", "stem.conv", "3, 6, 3, stride=2, padding=1", "3, 6, 3, stride=2, padding=1, padding_mode='replicate'"),
        ("eps of Keras", "stem.bn", "nn.BatchNorm2d(6)", "nn.BatchNorm2d(6, eps=1e-3)"),
        ("momentum of Keras", "stem.bn", "nn.BatchNorm2d(6)", "nn.BatchNorm2d(6, momentum=0.01)"),
        ("ceil mode", "stem.pool", "nn.MaxPool2d(3, 2, 1)", "nn.MaxPool2d(3, 2, 1, ceil_mode=True)"),
        ("average for maximum", "stem.pool", "nn.MaxPool2d(3, 2, 1)", "nn.AvgPool2d(3, 2, 1)"),
        ("activation missing", "stem", "F.relu(self.bn(self.conv(x)))", "self.bn(self.conv(x))"),
        ("dilation missing", "mix.wide", "padding=2, dilation=2", "padding=1"),
        ("slope of Keras", "mix", "self.wide(x), 0.01", "self.wide(x), 0.3"),
        ("gelu approximate", "mix", "self.norm(self.point(x)))", "self.norm(self.point(x)), approximate='tanh')"),
        ("average that leaves padding out", "down", "padding=1)\n\n\nclass Border", "padding=1, count_include_pad=False)\n\n\nclass Border"),
        ("off by one slice", "border", "x[:, :, 1:, :-1]", "x[:, :, 1:, 1:]"),
        ("replicate for reflect", "border", '"reflect"', '"replicate"'),
        ("padding in the other order", "border", "(1, 2, 2, 1)", "(2, 1, 1, 2)"),
        ("output padding missing", "up.conv|up", "padding=1, output_padding=1", "padding=0, output_padding=0"),
        ("align corners", "up", 'mode="nearest"', 'mode="bilinear", align_corners=True'),
        ("shuffled the other way", "swap", "x.reshape(n, 2, c // 2, h, w)", "x.reshape(n, c // 2, 2, h, w)"),
        ("biased deviation", "swap", "x.std((2, 3), keepdim=True)", "x.std((2, 3), keepdim=True, correction=0)"),
        ("swish for hardswish", "swap", "F.hardswish", "F.silu"),
        ("dropout of elements", "drop", "nn.Dropout2d", "nn.Dropout"),
        ("logits for log of softmax", "", "self.head(x).log_softmax(1)", "self.head(x).softmax(1).log1p()"),
    ),
    *_mutants(
        "attention",
        "tf",
        ("eps of Keras", "blocks.0.norm1", "self.norm1 = layers.LayerNormalization(epsilon=1e-5)", "self.norm1 = layers.LayerNormalization()"),
        ("eps 1e-5 for 1e-6", "blocks.0.norm2", "epsilon=1e-6", "epsilon=1e-5"),
        ("last norm with the eps of Keras", "norm", "        self.norm = layers.LayerNormalization(epsilon=1e-5)", "        self.norm = layers.LayerNormalization()"),
        ("heads before parts", "blocks.0.attention", "(n, t, 3, self.heads, c // self.heads)), (2, 0, 3, 1, 4)", "(n, t, self.heads, 3, c // self.heads)), (3, 0, 2, 1, 4)"),
        ("scale missing", "blocks.0.attention", " / (c // self.heads) ** 0.5", ""),
        ("mask missing the diagonal", "blocks.0.attention", 'dtype="bool"), 1)', 'dtype="bool"), 2)'),
        ("softmax over queries", "blocks.0.attention", "scores), -1)", "scores), -2)"),
        ("heads not merged", "blocks.0.attention", "ops.swapaxes(weights @ v, 1, 2)", "(weights @ v)"),
        ("gelu approximate", "blocks.0.mlp.0", 'activation="gelu"', "activation=lambda x: ops.gelu(x)"),
        ("activation missing", "blocks.0.mlp.0|blocks.0", ', activation="gelu"', ""),
        ("norm behind the branch", "blocks.0", "y = self.norm2(x)", "x = y = self.norm2(x)"),
        ("dropout missing", "blocks.0", "self.drop(self.attention(self.norm1(x)))", "self.attention(self.norm1(x))"),
        ("table computed otherwise", "positions", "np.sin(steps)", "np.cos(steps)"),
        ("table from its second row", "positions", "self.table[: x.shape[1]]", "self.table[1 : x.shape[1] + 1]"),
        ("gate frozen", "", 'name="gate")', 'name="gate", trainable=False)'),
        ("gate without its gradient", "", "ops.sigmoid(self.gate)", "ops.sigmoid(ops.stop_gradient(self.gate))"),
        ("first for last", "", "x[:, -1], -1)", "x[:, 0], -1)"),
        ("words in half precision", "positions|words|", "self.positions(self.words(tokens))", 'self.positions(ops.cast(ops.cast(self.words(tokens), "float16"), self.words.embeddings.dtype))'),
    ),
    *_mutants(
        "attention",
        "torch",
        ("eps of Keras", "blocks.0.norm1", "self.norm1 = nn.LayerNorm(width)", "self.norm1 = nn.LayerNorm(width, eps=1e-3)"),
        ("eps 1e-5 for 1e-6", "blocks.0.norm2", ", eps=1e-6", ""),
        ("keys for queries", "blocks.0.attention", "q, k, v = self", "k, q, v = self"),
        ("mask of the wrong side", "blocks.0.attention", "torch.triu(torch.ones(t, t, dtype=torch.bool), 1)", "torch.tril(torch.ones(t, t, dtype=torch.bool), -1)"),
        ("softmax over queries", "blocks.0.attention", ".softmax(-1)", ".softmax(-2)"),
        ("gelu approximate", "blocks.0.mlp.1|blocks.0.mlp.0|blocks.0.mlp", "nn.GELU()", 'nn.GELU(approximate="tanh")'),
        ("residual missing", "blocks.0", "return x + self.mlp(", "return self.mlp("),
        ("dropout rate", "blocks.0.drop", "nn.Dropout(0.1)", "nn.Dropout(0.2)"),
        ("gradient stopped", "blocks.1|blocks.0", "x = x + self.drop(", "x = x.detach() + self.drop("),
        ("a row of words is not trained", "words", "nn.Embedding(20, 8)", "nn.Embedding(20, 8, padding_idx=0)"),
        ("words scaled", "", "self.positions(self.words(tokens))", "self.positions(self.words(tokens) * 8**0.5)"),
        ("most for least", "", "argmax(-1)", "argmin(-1)"),
    ),
    *_mutants(
        "recurrent",
        "tf",
        ("gates swapped", "loop.cell", "i, f, g, o = ops", "i, g, f, o = ops"),
        ("input gate missing", "loop.cell", "ops.sigmoid(i) * ops.tanh(g)", "ops.tanh(g)"),
        ("state before the step", "loop", "found.append(h)", "found.append(c)"),
        ("backwards", "loop", "range(x.shape[1])", "reversed(range(x.shape[1]))"),
        ("hard sigmoid in the gates", "lstm", "layers.LSTM(3, ", "layers.LSTM(3, recurrent_activation='hard_sigmoid', "),
        ("forwards and back", "lstm", "layers.LSTM(3, ", "layers.LSTM(3, go_backwards=True, "),
        ("relu for tanh", "gru", "layers.GRU(4, ", "layers.GRU(4, activation='relu', "),
        ("same for causal", "window.conv|window", '"causal"', '"same"'),
        ("biased variance", "pool", " * n / (n - 1)", ""),
        ("softmax over features", "pool", "keepdims=True), 1)", "keepdims=True), -1)"),
        ("sum from the first step", "pool", "x[:, 1:], 1", "x, 1"),
        ("a step is left out", "pool", "ops.sum(weights * x, 1)", "ops.sum((weights * x)[:, :-1], 1)"),
    ),
    *_mutants(
        "recurrent",
        "torch",
        ("gates swapped", "loop.cell", "i, f, g, o = (", "i, f, o, g = ("),
        ("forget bias of one", "loop.cell", "torch.sigmoid(f)", "torch.sigmoid(f + 1)"),
        ("state not carried on", "loop", "h, c = self.cell(x[:, step], h, c)", "h, _ = self.cell(x[:, step], h, c)"),
        ("time for batch", "lstm", "nn.LSTM(4, 3, batch_first=True)", "nn.LSTM(4, 3)"),
        ("padding on both sides", "window.conv|window", "padding=2)", "padding=1)"),
        ("the other end cut off", "window", "[:, :, :-2]", "[:, :, 2:]"),
        ("biased variance", "pool", "x.var(1)", "x.var(1, correction=0)"),
        ("parts swapped", "pool", "(weights * x).sum(1), x.var(1)", "x.var(1), (weights * x).sum(1)"),
    ),
    *_mutants(
        "steps",
        "tf",
        ("buffer that is not updated", "average", "            self.seen.assign(", "            ops.copy("),
        ("buffer updated the wrong way round", "average", "0.9 * self.seen + 0.1 *", "0.1 * self.seen + 0.9 *"),
        ("statistics not used", "average", "x * self.weight + self.seen", "x * self.weight"),
        ("gate with a gradient", "gate", "self.inner(ops.stop_gradient(x))", "self.inner(x)"),
        ("gate without a gradient", "gate", "ops.sigmoid(self.inner(ops.stop_gradient(x)))", "ops.stop_gradient(ops.sigmoid(self.inner(x)))"),
        ("square matrix transposed", "squares", "x @ self.matrix", "x @ ops.transpose(self.matrix)"),
        ("bias missing", "squares", " + self.bias", " + 0 * self.bias"),
        ("state leaks into the next call", "share", "return self.fc(ops.relu(self.fc(x)))", "kept = self.__dict__.setdefault('kept', {}).setdefault(tuple(x.shape), x) if hasattr(x, 'numpy') else x\n        x = x + ops.stop_gradient(kept - x)\n        return self.fc(ops.relu(self.fc(x)))"),
        ("counts its calls", "share", "return self.fc(ops.relu(self.fc(x)))", "self.calls = getattr(self, 'calls', 0) + 1\n        return self.fc(ops.relu(self.fc(x))) + 1e-3 * (self.calls > 3)"),
        ("one layer for the other", "share", "self.fc(ops.relu(self.fc(x)))", "self.fc(ops.relu(x))"),
        ("frozen layer trains", "frozen", "layers.Dense(6, trainable=False)", "layers.Dense(6)"),
        ("momentum the wrong way round", "bn", "momentum=0.8", "momentum=0.2"),
        ("dropout before the sum is left out", "", "self.drop(x) + ops", "x + ops"),
        ("norm over the batch", "", "ops.norm(x, axis=1)", "ops.norm(x, axis=0)"),
        ("sum of absolute values", "", "ops.norm(x, axis=1)", "ops.norm(x, 1, axis=1)"),
    ),
    *_mutants(
        "steps",
        "torch",
        ("buffer updated in evaluation mode", "average", "if self.training:", "if True:"),
        ("statistics of the sum", "average", ".mean(0)", ".sum(0)"),
        ("gate without a gradient", "gate", "torch.sigmoid(self.inner(x.detach()))", "torch.sigmoid(self.inner(x)).detach()"),
        ("gate with a gradient", "gate", "self.inner(x.detach())", "self.inner(x)"),
        ("bias after the product is twice there", "squares", "+ self.bias", "+ 2 * self.bias"),
        ("square matrix transposed", "squares", "x @ self.matrix", "x @ self.matrix.T"),
        ("diagonal of the wrong matrix", "share", "self.fc.weight.diagonal()", "self.fc.weight.diagonal().detach()"),
        ("frozen layer trains", "frozen", "        self.frozen.requires_grad_(False)\n", ""),
        ("momentum of PyTorch", "bn", ", momentum=0.2", ""),
        ("dropout on the other branch", "", "self.drop(x) + torch.tanh(self.frozen(x))", "x + torch.tanh(self.frozen(self.drop(x)))"),
        ("written in place before it is read", "", "torch.tanh(self.frozen(x))", "torch.tanh(self.frozen(x).add_(x))"),
        ("a value that is not a number", "", "torch.linalg.vector_norm(x, dim=1)", "torch.linalg.vector_norm(x, dim=1).sub(1).sqrt().pow(2).add(1)"),
    ),
]  # fmt: skip
