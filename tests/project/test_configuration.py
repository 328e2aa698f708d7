"""``[tool.translate]``: the nearest file decides, one file may extend another, mistakes are told with their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from translate.configuration import settings_for
from translate.problems import Problem


def write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(text)
    return folder


def test_the_nearest_table_decides_alone(tmp_path: Path) -> None:
    write(tmp_path, '[tool.translate]\nto = "tf"\nexclude = ["old"]\n')
    inner = write(tmp_path / "a", '[tool.translate]\nlayout = "channels_first"\n')
    other = write(tmp_path / "b", "[tool.other]\n")
    assert (settings_for(inner).to, settings_for(inner).layout, settings_for(inner).exclude) == (
        None,
        "channels_first",
        (),
    )
    assert (settings_for(other / "c").to, settings_for(other).folder) == ("tf", tmp_path)


def test_extend_and_overrides(tmp_path: Path) -> None:
    write(tmp_path, '[tool.translate]\nto = "tf"\nio = "source"\nexclude = ["old"]\nrules = ["r"]\n')
    inner = write(
        tmp_path / "a",
        '[tool.translate]\nextend = "../pyproject.toml"\nio = "target"\nexclude = ["new"]\nignore = ["N202"]\n'
        '[[tool.translate.overrides]]\nfiles = ["legacy/**"]\nlayout = "channels_first"\n',
    )
    found = settings_for(inner)
    assert (found.to, found.io, found.exclude, found.ignore) == ("tf", "target", ("old", "new"), ("N202",))
    assert found.rules == (tmp_path / "r",)
    assert [(o.files, o.settings.layout) for o in found.overrides] == [(("legacy/**",), "channels_first")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[tool.translate]\nlayuot = 'x'", "unknown key 'layuot'; known are to, layout"),
        ("[tool.translate]\nlayout = 'x'", "layout: 'x' is not known; use one of channels_last, channels_first"),
        ("[tool.translate]\ninclude = 'x'", "include is not a list of strings"),
        ("[tool.translate]\nignore = ['T999']", "no such code: T999"),
        ("[tool.translate]\nonly-changed = 1", "only-changed is neither true nor false"),
        ("[tool.translate]\nextend = 1", "extend is not a string"),
        ("[tool.translate]\nextend = 'no.toml'", "no such file"),
        ("[tool.translate]\nextend = 'pyproject.toml'", "extends this file in turn"),
        ("[tool.translate]\noverrides = 1", "not a list of tables"),
        ("[[tool.translate.overrides]]\nlayout = 'channels_last'", "says nothing of its files"),
        ("[[tool.translate.overrides]]\nfiles = ['a']\nto = 'tf'", "unknown key 'to'"),
        ("[tool]\ntranslate = 1", "not a table"),
        ("[tool", "not readable as TOML"),
    ],
)
def test_mistakes(tmp_path: Path, text: str, says: str) -> None:
    write(tmp_path, text)
    with pytest.raises(Problem, match=r"pyproject\.toml: ") as error:
        settings_for(tmp_path)
    assert says in str(error.value)
    assert "\n" not in str(error.value)
