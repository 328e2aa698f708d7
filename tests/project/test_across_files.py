"""What a file needs to know of the other files of its project, and what it is told if they do not fit."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from translate.project.names import Names, modules
from translate.project.neighbours import Neighbours
from translate.translation import Translation, written

BLOCKS = """
import torch
from torch import nn


def drop_path(x, rate: float = 0.0, training: bool = False):
    return x * (1 - rate) if training else x


def pooled(x):
    return x.mean(1)


class ConvBlock(nn.Module):
    def __init__(self, inp, out, norm_layer=nn.BatchNorm2d):
        super().__init__()
        self.conv = nn.Conv2d(inp, out, 3, padding=1)
        self.norm = norm_layer(out)

    def forward(self, x):
        return torch.relu(self.norm(self.conv(x)))


class Chain(nn.Sequential):
    def __init__(self, inp, out):
        super().__init__(nn.Conv2d(inp, out, 1), nn.ReLU())


class Base(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(8, 3)

    def features(self, x):
        raise NotImplementedError

    def forward(self, x):
        return self.head(self.features(x).mean([2, 3]))
"""
NET = """
import torch
from torch import nn

from . import ConvBlock
from . import blocks as b
from .blocks import Base, drop_path, pooled


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = ConvBlock(4, 8)
        self.mid = b.ConvBlock(8, 8, norm_layer=nn.InstanceNorm2d)
        self.last = b.Chain(8, 8)

    def forward(self, x):
        x = self.mid(self.stem(x))
        x = self.last(x) + drop_path(x, 0.2, self.training)
        return torch.cat([x, x], 1), pooled(x)


class Sub(Base):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 8, 3)

    def features(self, x):
        return self.conv(x)
"""
PACKAGE = {"__init__.py": "from .blocks import ConvBlock\n", "blocks.py": BLOCKS, "net.py": NET}


def project(folder: Path, files: dict[str, str]) -> Neighbours:
    for name, text in files.items():
        path = folder / "pkg" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    root = folder / "pkg"
    return Neighbours(Names(modules(sorted(root.rglob("*.py")), root)), "tf")


def translated(neighbours: Neighbours, module: str) -> Translation:
    return written(neighbours.analysis(module))


def told(done: Translation) -> list[str]:
    return [d.code for d in done.diagnostics if not d.is_note or d.code == "N203"]


def test_modules_functions_and_bases_of_another_file_are_known(tmp_path: Path) -> None:
    neighbours = project(tmp_path, PACKAGE)
    blocks, net = translated(neighbours, "pkg.blocks"), translated(neighbours, "pkg.net")
    assert told(blocks) == told(net) == []
    assert "ops.concatenate([x, x], -1)" in net.code
    assert "pooled(ops.transpose(x, (0, 3, 1, 2)))" in net.code  # written for the source's order
    assert "ops.mean(self.features(x), (1, 2))" in blocks.code  # by what its subclass gives
    assert "class ConvBlock(layers.Layer)" in blocks.code  # other files use it as one
    assert "drop_path(x, 0.2, training)" in net.code


def test_the_order_in_which_files_are_read_changes_nothing(tmp_path: Path) -> None:
    names = ("pkg.blocks", "pkg.net", "pkg")
    one, other = project(tmp_path, PACKAGE), project(tmp_path, PACKAGE)
    first = {name: translated(one, name).code for name in names}
    assert first == {name: translated(other, name).code for name in reversed(names)}


def test_both_files_together_compute_what_the_source_does(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("keras")
    from translate.verify import Options, verify, warm

    neighbours = project(tmp_path, PACKAGE)
    for name, path in neighbours.names.files.items():
        out = tmp_path / "out" / path.relative_to(tmp_path)
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(translated(neighbours, name).code, encoding="utf-8")
    files = (tmp_path / "pkg/net.py", tmp_path / "out/pkg/net.py")
    inputs = ["x: float32[N,4,H,W]"]
    with warm() as server:
        for model in ("Net()", "Sub()"):
            result = verify(*files, model, inputs, options=Options(examples=1), server=server)
            assert result.verdict == "equal", result
        # a translation that was made without knowing that file is found out
        text = files[1].read_text(encoding="utf-8")
        files[1].write_text(text.replace("pooled(ops.transpose(x, (0, 3, 1, 2)))", "pooled(x)"), encoding="utf-8")
        assert verify(*files, "Net()", inputs, options=Options(examples=0), server=server).verdict == "different"


def test_a_base_that_is_written_for_something_else_is_reported(tmp_path: Path) -> None:
    """Two subclasses give what one translation of their base cannot serve."""
    other = """
    from .blocks import Base


    class Flat(Base):
        def features(self, x):
            return x.flatten(2).unsqueeze(3)
    """
    neighbours = project(tmp_path, {**PACKAGE, "other.py": other})
    found = [c for name in ("pkg.blocks", "pkg.net", "pkg.other") for c in told(translated(neighbours, name))]
    assert found


def test_a_layer_passed_to_a_file_with_another_layout_is_reported(tmp_path: Path) -> None:
    blocks = """
    from torch import nn
    from elsewhere import mystery


    class Block(nn.Module):
        def __init__(self, norm_layer=nn.BatchNorm2d):
            super().__init__()
            self.conv = nn.Conv2d(4, 8, 3)
            self.norm = norm_layer(8)

        def forward(self, x):
            return self.norm(self.conv(x))


    class Vague(nn.Module):
        def __init__(self, inner):
            super().__init__()
            self.inner = inner
            self.conv = nn.Conv2d(4, 8, 3)

        def forward(self, x):
            return self.conv(self.inner(x))
    """
    net = """
    from torch import nn
    from .blocks import Block


    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.block = Block(nn.InstanceNorm2d)
            self.conv = nn.Conv2d(8, 3, 3)

        def forward(self, x):
            return self.conv(self.block(x))
    """
    neighbours = project(tmp_path, {"__init__.py": "", "blocks.py": blocks, "net.py": net})
    assert told(translated(neighbours, "pkg.blocks")) == ["N203"]
    done = translated(neighbours, "pkg.net")
    assert "T105" in told(done)
    assert any("arranges the axes of images in another way" in d.message for d in done.diagnostics)


def test_files_that_import_each_other_are_told_where_tensors_pass(tmp_path: Path) -> None:
    a = """
    from . import b


    def first(x):
        return b.second(x) + x.mean(1)


    def third(x):
        return x.mean(2)
    """
    b = """
    from . import a


    def second(x):
        return a.third(x)
    """
    neighbours = project(tmp_path, {"__init__.py": "", "a.py": f"import torch\n{textwrap.dedent(a)}", "b.py": b})
    assert "T105" in told(translated(neighbours, "pkg.a"))
    assert "T105" in told(translated(neighbours, "pkg.b"))


def test_names_behind_a_try_at_the_top_of_a_file_are_known(tmp_path: Path) -> None:
    text = """
    try:
        from fast import Thing
    except ImportError:
        Thing = None
    from torch import nn


    def made(out):
        return Block(out)


    class Block(nn.Module):
        def __init__(self, out):
            super().__init__()
            self.conv = nn.Conv2d(4, out, 3)

        def forward(self, x):
            return self.conv(x)


    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.block = made(8)

        def forward(self, x):
            return self.block(x).mean([2, 3])
    """
    done = translated(project(tmp_path, {"__init__.py": "", "net.py": text}), "pkg.net")
    assert told(done) == []
    assert "ops.mean(self.block(x), (1, 2))" in done.code
