"""A user's own rules may be wrong, too: the line that says so names file and line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]
SOURCE = "import torch\n\n\nclass Net(torch.nn.Module):\n    def forward(self, x):\n        return torch.relu(x)\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("- torch: [unclosed\n", None),
        ("\n- torch: my.f(x)\n  kears: keras.ops.abs(x)\n", 3),
        ("- torch: my.f(x)\n  keras: keras.ops.abs(x)\n- keras: keras.ops.abs(x)\n", 3),
        ("torch: my.f(x)\n", None),
    ],
    ids=["not YAML", "unknown key", "no torch", "no list"],
)
@pytest.mark.parametrize("command", [["net.py", "--to", "tf"], ["rules", "list"]], ids=["translate", "list"])
def test_bad_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run, text: str, line: int | None, command: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(SOURCE)
    Path("mine").mkdir()
    Path("mine/ops.yaml").write_text(text)
    result = run(*command, "--rules", "mine")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"translate: error: mine/ops.yaml:{line or ''}")
    assert result.stderr.count("\n") == 1
    assert not Path("net_tf.py").exists()


def test_no_folder_of_rules(tmp_path: Path, run: Run) -> None:
    result = run("rules", "list", "--rules", str(tmp_path / "nowhere"))
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "nowhere: not a folder of rules" in result.stderr
