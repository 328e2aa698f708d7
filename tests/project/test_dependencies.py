"""What a file depends on, by its imports."""

from __future__ import annotations

import pytest

from translate.project.dependencies import depends, digests
from translate.project.imports import graph, imports_of

FILES = {
    "__init__.py": b"from .models import *\n",
    "models/__init__.py": b"from .unet import UNet\nfrom . import vgg\n",
    "models/unet.py": b"def f():\n  from ..layers.conv import A, B\ntry:\n  import torch\nexcept E: import pkg.tools\n",
    "models/vgg.py": b"from pkg import layers as l, models\nif x:\n    pass\nelse:\n    from pkg.layers import conv\n",
    "layers/__init__.py": b"",
    "layers/conv.py": b"import helpers, os\nfrom ....above import y\n",
    "layers/helpers.py": b"x = 1\n",
    "tools.py": b"match x:\n    case 1:\n        from models.vgg import f\n",
    "broken.py": b"import models (\n",
    "lonely.py": b"important = 1\n",
}
EDGES = graph({name: imports_of(data) for name, data in FILES.items()}, "pkg")


@pytest.mark.parametrize(
    ("file", "imported"),
    [
        ("__init__.py", ["models/__init__.py"]),
        ("models/__init__.py", ["models/unet.py", "models/vgg.py"]),
        ("models/unet.py", ["layers/conv.py", "tools.py"]),
        ("models/vgg.py", ["__init__.py", "layers/__init__.py", "layers/conv.py", "models/__init__.py"]),
        ("layers/conv.py", ["layers/helpers.py"]),
        ("tools.py", ["models/vgg.py"]),
        ("broken.py", []),
        ("lonely.py", []),
    ],
)
def test_imports(file: str, imported: list[str]) -> None:
    assert list(EDGES[file]) == imported


def test_closure_goes_round_cycles() -> None:
    assert depends("layers/conv.py", EDGES) == ("layers/helpers.py",)
    assert "models/vgg.py" not in depends("models/vgg.py", EDGES)
    assert set(depends("tools.py", EDGES)) == {*FILES} - {"tools.py", "broken.py", "lonely.py"}


@pytest.mark.parametrize("changed", FILES)
def test_a_digest_changes_exactly_with_what_is_reached(changed: str) -> None:
    contents = {name: data.hex() for name, data in FILES.items()}
    before = digests(contents, EDGES)
    after = digests({**contents, changed: "other"}, EDGES)
    for file in FILES:
        assert (before[file] != after[file]) == (file == changed or changed in depends(file, EDGES)), file


def test_files_of_one_cycle_are_not_the_same_file() -> None:
    edges = {"a.py": ("b.py",), "b.py": ("a.py",)}
    found = digests({"a.py": "1", "b.py": "1"}, edges)
    assert found["a.py"] != found["b.py"]
    assert digests({"a.py": "1", "b.py": "1"}, dict(reversed(edges.items()))) == found


def test_a_long_chain_needs_no_recursion() -> None:
    edges = {f"{n}.py": (f"{n + 1}.py",) if n < 3000 else () for n in range(3001)}
    assert len(digests(dict.fromkeys(edges, "x"), edges)) == 3001
