"""A file of 10,000 lines is only long."""

from __future__ import annotations

import ast
from pathlib import Path

from processes import run_process

CLASSES = 1112
CLASS = """

class Net{number}(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)  # number {number}

    def forward(self, x):
        return torch.relu(self.conv(x))
"""


def test_ten_thousand_lines(tmp_path: Path) -> None:
    text = "import torch\nfrom torch import nn\n" + "".join(CLASS.format(number=number) for number in range(CLASSES))
    assert text.count("\n") >= 10_000
    (tmp_path / "long.py").write_text(text)
    result = run_process("long.py", "--to", "tf", cwd=tmp_path, timeout=300)
    assert result.returncode == 0, result.stderr.decode()[-500:]
    written = (tmp_path / "long_tf.py").read_text()
    assert sum(isinstance(node, ast.ClassDef) for node in ast.parse(written).body) == CLASSES
    assert written.count('layers.Conv2D(4, 3, padding="same")') == CLASSES
    assert "torch" not in written
    again = run_process("long_tf.py", "--to", "tf", "-o", "-", cwd=tmp_path)
    assert again.stdout.decode() == written
