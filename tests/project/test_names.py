"""Which file defines a name."""

from __future__ import annotations

from pathlib import Path

import pytest

from translate.project.names import Names, modules

FILES = {
    "pkg/__init__.py": "from .models import *\nfrom . import tools\nimport pkg.deep.inner as inner_\n",
    "pkg/models.py": "from .deep.inner import Inner as Renamed, _hidden\n__all__ = ['Renamed', 'Own']\n"
    "class Own: ...\n",
    "pkg/tools.py": "import numpy as np\nfrom .models import Own\ntry:\n    from fast import f\n"
    "except ImportError:\n    f = None\n",
    "pkg/deep/__init__.py": "",
    "pkg/deep/inner.py": "from ..models import Own\nclass Inner: ...\ndef _hidden(): ...\n",
    "pkg/broken.py": "def (:\n",
    "script.py": "from helper import h\nimport pkg.tools\n",
    "helper.py": "def h(): ...\n",
}


@pytest.fixture
def names(tmp_path: Path) -> Names:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return Names(modules(sorted(tmp_path.rglob("*.py")), tmp_path))


@pytest.mark.parametrize(
    ("module", "package", "name", "expected"),
    [
        ("script", "pkg", "Own", ("pkg.models", "Own")),  # a star import
        ("script", "pkg", "Renamed", ("pkg.deep.inner", "Inner")),  # under another name, through two files
        ("script", "pkg", "_hidden", None),
        ("script", "pkg", "tools", ("pkg.tools", "")),
        ("script", "pkg.tools", "", ("pkg.tools", "")),
        ("script", "pkg", "inner_", ("pkg.deep.inner", "")),
        ("script", "helper", "h", ("helper", "h")),
        ("script", "numpy", "array", None),
        ("pkg.tools", ".", "models", ("pkg.models", "")),
        ("pkg.tools", "fast", "f", None),
        ("script", "pkg.tools", "f", ("pkg.tools", "f")),
        ("pkg.deep.inner", "..models", "Own", ("pkg.models", "Own")),
        ("pkg", ".deep", "inner", ("pkg.deep.inner", "")),
        ("script", "pkg.broken", "x", None),
        ("pkg", "....far", "x", None),
    ],
)
def test_found(names: Names, module: str, package: str, name: str, expected: tuple[str, str] | None) -> None:
    assert names.find(module, package, name) == expected


def test_who_imports_what(names: Names) -> None:
    assert names.imports("script") == {"helper", "pkg.tools"}
    assert names.users("pkg.models") == ["pkg", "pkg.deep.inner", "pkg.tools"]
    assert "pkg.models" in names.reached("pkg.models")  # by way of pkg.deep.inner
    assert names.imports("pkg.broken") == set()


def test_a_folder_that_is_a_package_gives_its_name(tmp_path: Path) -> None:
    (tmp_path / "outer" / "inner").mkdir(parents=True)
    for folder in ("outer", "outer/inner"):
        (tmp_path / folder / "__init__.py").write_text("", encoding="utf-8")
    found = modules(sorted((tmp_path / "outer/inner").rglob("*.py")), tmp_path / "outer/inner")
    assert list(found) == ["outer.inner"]
