"""``[tool.translate.verify]`` in pyproject.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from translate.discover import SettingError, settings_for

TEXT = """
[tool.translate.verify."nets/unet.py"]
model = "UNet(3, 1)"
inputs = ["x: float32[N,3,H,W]"]
weights = "'unet.pt'"

[[tool.translate.verify."nets/*.py"]]
model = "small()"

[[tool.translate.verify."nets/*.py"]]
model = "large()"
translated-model = "Large()"
"""


def test_the_nearest_file_with_a_table_says_it(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(TEXT)
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "pyproject.toml").write_text("[project]\nname = 'nets'\n")
    found = settings_for(tmp_path / "nets" / "unet.py")
    assert [(s.model, s.translated_model, s.inputs) for s in found] == [
        ("UNet(3, 1)", "", ("x: float32[N,3,H,W]",)),
        ("small()", "", ()),
        ("large()", "Large()", ()),
    ]
    assert found[0].weights == "'unet.pt'"
    assert found[0].origin == 'pyproject.toml [tool.translate.verify."nets/unet.py"]'
    assert settings_for(tmp_path / "other.py") == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[tool", "not readable as TOML"),
        ("[tool.translate]\nverify = 3", "not a table"),
        ("[tool.translate.verify]\n'a.py' = 3", '"a.py"]: not a table; its keys are model'),
        ("[tool.translate.verify.'a.py']\nmodels = 'x'", "unknown key 'models'"),
        ("[tool.translate.verify.'a.py']\ninputs = 'x'", "inputs is not a list of strings"),
        ("[tool.translate.verify.'a.py']\nmodel = 3", "model is not a string"),
    ],
)
def test_mistakes_are_told_with_their_place(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(SettingError, match=r"^\S*pyproject\.toml") as error:
        settings_for(tmp_path / "a.py")
    assert says in str(error.value)
