"""The same faults, planted in a translation to PyTorch; and some that only that direction has."""

from __future__ import annotations

from planted import PLANTED, Planted, source, target

IMAGE = "x: float32[N,H,W,3], H in 16..30, W in 16..30"
_CONV = "self.conv = nn.Conv2d(3, 4, 3)"
_KERAS_CONV = "self.conv = layers.Conv2D(4, 3)"
_NORM = "self.bn = nn.BatchNorm2d(3{})"
# As Keras pads for a window of 3 with stride 2: the larger half behind
_HALVES = "pad = lambda n: max((-(-n // 2) - 1) * 2 + 3 - n, 0); h, w = map(pad, x.shape[2:])"
_SIDES = "(w // 2, w - w // 2, h // 2, h - h // 2)"

WRONG = {
    "max pool as same": source(
        _CONV, f"x = self.conv(x); {_HALVES}; return F.max_pool2d(F.pad(x, {_SIDES}, value=-torch.inf), 3, 2)"
    ),
    "zero pad then max pool": source(_CONV, "return F.max_pool2d(F.pad(self.conv(x), (1, 1, 1, 1)), 3, 2)"),
    "strided convolution as same": source(
        "self.conv = nn.Conv2d(3, 4, 3, stride=2)", f"{_HALVES}; return self.conv(F.pad(x, {_SIDES}))"
    ),
    "transposed convolution as same": source(
        "self.up = nn.ConvTranspose2d(3, 4, 3, stride=2)", "return self.up(x)[:, :, :-1, :-1]"
    ),
    "resize with the other align_corners": source(
        _CONV, "return F.interpolate(self.conv(x), scale_factor=2, mode='bilinear', align_corners=True)"
    ),
    "average pool as same": source(_CONV, "return F.avg_pool2d(self.conv(x), 3, 1, 1, count_include_pad=False)"),
    "batch norm with the other eps": source(_NORM.format(", eps=1e-3"), "return self.bn(x)"),
    "gelu left at its default": source(_CONV, "return F.gelu(self.conv(x), approximate='tanh')"),
    "missing dropout": source(_CONV, "return self.conv(x)"),
    "dropout of elements where channels are dropped": source(
        _CONV, "return F.dropout(self.conv(x), 0.3, self.training)"
    ),
    "momentum the wrong way round": source(_NORM.format(", momentum=0.8"), "return self.bn(x)"),
    "batch norm that never trains": source(_NORM.format(""), "self.bn.eval(); return self.bn(x)"),
    "gradient stopped": source(_CONV, "return torch.relu(self.conv(x)) * x.mean().detach()"),
    "a square matrix transposed": source(
        "self.weight = nn.Parameter(torch.zeros(5, 5))", "return x @ self.weight.transpose(0, 1)"
    ),
    "branches swapped": source(
        "self.a = nn.Linear(5, 4); self.b = nn.Linear(5, 4)", "return torch.cat([self.b(x), self.a(x)], 1)"
    ),
    "a frozen parameter": source("self.fc = nn.Linear(5, 4); self.fc.requires_grad_(False)", "return self.fc(x)"),
    "right only up to batch two": source(_CONV, "x = self.conv(x); return x.flatten(2).transpose(1, 2)[:2]"),
    "flattened in the order of Keras": source(
        f"{_CONV}; self.fc = nn.Linear(144, 2)", "return self.fc(self.conv(x).permute(0, 2, 3, 1).flatten(1))"
    ),
    "a table computed otherwise": source(
        "self.register_buffer('table', torch.arange(5) / 4.0)", "return x + self.table"
    ),
    "noise of another kind": source(_CONV, "x = self.conv(x); return x + torch.rand_like(x)"),
}
"""By the name of the fault; the PyTorch source there is the right translation here."""


def _inputs(planted: Planted) -> str:
    return planted.inputs.replace("[N,3,H,W]", "[N,H,W,3]").replace("[N,3,8,8]", "[N,8,8,3]")


TURNED = [
    Planted(p.name, p.right, p.source, WRONG[p.name], _inputs(p), p.caught_in) for p in PLANTED if p.name in WRONG
]

_FLATTENED = "self.conv = layers.Conv2D(4, 3); self.fc = layers.Dense(2)"
_KERAS_SAME = "self.conv = layers.Conv2D(4, 3, strides=2, padding='same')"

OWN = [
    Planted(
        "same as padding 1",
        target(_KERAS_SAME, "return self.conv(x)"),
        source("self.conv = nn.Conv2d(3, 4, 3, stride=2)", f"{_HALVES}; return self.conv(F.pad(x, {_SIDES}))"),
        source("self.conv = nn.Conv2d(3, 4, 3, stride=2, padding=1)", "return self.conv(x)"),
        IMAGE,
    ),
    Planted(
        "same max pool that pads with zeros",
        target(_KERAS_CONV, "return ops.max_pool(self.conv(x), 3, 2, padding='same')"),
        source(_CONV, f"x = self.conv(x); {_HALVES}; return F.max_pool2d(F.pad(x, {_SIDES}, value=-torch.inf), 3, 2)"),
        source(_CONV, f"x = self.conv(x); {_HALVES}; return F.max_pool2d(F.pad(x, {_SIDES}), 3, 2)"),
        IMAGE,
    ),
    Planted(
        "same average pool that counts the padding",
        target(_KERAS_CONV, "return ops.average_pool(self.conv(x), 3, 1, padding='same')"),
        source(_CONV, "return F.avg_pool2d(self.conv(x), 3, 1, 1, count_include_pad=False)"),
        source(_CONV, "return F.avg_pool2d(self.conv(x), 3, 1, 1)"),
        IMAGE,
    ),
    Planted(
        "same transposed convolution with padding 1 and output_padding 1",
        target("self.up = layers.Conv2DTranspose(4, 3, strides=2, padding='same')", "return self.up(x)"),
        source("self.up = nn.ConvTranspose2d(3, 4, 3, stride=2)", "return self.up(x)[:, :, :-1, :-1]"),
        source("self.up = nn.ConvTranspose2d(3, 4, 3, stride=2, padding=1, output_padding=1)", "return self.up(x)"),
        IMAGE,
    ),
    Planted(
        "batch norm left at PyTorch's eps",
        target("self.bn = layers.BatchNormalization()", "return self.bn(x)"),
        source(_NORM.format(", eps=1e-3, momentum=0.01"), "return self.bn(x)"),
        source(_NORM.format(", momentum=0.01"), "return self.bn(x)"),
        IMAGE,
    ),
    Planted(
        "batch norm left at PyTorch's momentum",
        target("self.bn = layers.BatchNormalization()", "return self.bn(x)"),
        source(_NORM.format(", eps=1e-3, momentum=0.01"), "return self.bn(x)"),
        source(_NORM.format(", eps=1e-3"), "return self.bn(x)"),
        IMAGE,
        caught_in="buffer bn.running_mean",
    ),
    Planted(
        "ops.gelu as the exact one",
        target(_KERAS_CONV, "return ops.gelu(self.conv(x))"),
        source(_CONV, "return F.gelu(self.conv(x), approximate='tanh')"),
        source(_CONV, "return F.gelu(self.conv(x))"),
        IMAGE,
    ),
    Planted(
        "flattened in the order of PyTorch",
        target(_FLATTENED, "x = self.conv(x); return self.fc(ops.reshape(x, (x.shape[0], -1)))"),
        source(f"{_CONV}; self.fc = nn.Linear(144, 2)", "return self.fc(self.conv(x).permute(0, 2, 3, 1).flatten(1))"),
        source(f"{_CONV}; self.fc = nn.Linear(144, 2)", "return self.fc(self.conv(x).flatten(1))"),
        "x: float32[N,8,8,3]",
    ),
    Planted(
        "softmax over the last axis of an image",
        target(_KERAS_CONV, "return ops.softmax(self.conv(x))"),
        source(_CONV, "return self.conv(x).softmax(1)"),
        source(_CONV, "return self.conv(x).softmax(-1)"),
        IMAGE,
    ),
    Planted(
        "a frozen layer that trains",
        target("self.fc = layers.Dense(4); self.fc.trainable = False", "return self.fc(x)"),
        source("self.fc = nn.Linear(5, 4); self.fc.requires_grad_(False)", "return self.fc(x)"),
        source("self.fc = nn.Linear(5, 4)", "return self.fc(x)"),
        "x: float32[N,5]",
        caught_in="trainable parameters",
    ),
    Planted(
        "an embedding whose first row is not trained",
        target("self.table = layers.Embedding(20, 4)", "return self.table(x)"),
        source("self.table = nn.Embedding(20, 4)", "return self.table(x)"),
        source("self.table = nn.Embedding(20, 4, padding_idx=0)", "return self.table(x)"),
        "x: int32[N,T] < 20",
        caught_in="gradient of table.weight",
    ),
]

PLANTED_TORCH = TURNED + OWN
