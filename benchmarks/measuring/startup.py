"""Whole processes, as a user starts them."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from measuring.result import Result

ROUNDS = 15
CLI = "from translate.cli.main import main; main()"
BLOCK = """

class Block{number}(nn.Module):
    def __init__(self, channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, 2 * channels, 1)
        self.fc = nn.Linear(2 * channels, 10)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.conv2(x).mean([2, 3])
        return torch.cat([self.fc(x), x], 1)
"""


def measure() -> list[Result]:
    """Seconds of each command, and their ratios to importing LibCST."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "net.py"
        source.write_text(_source(150))
        commands = {
            'python -c "import libcst"': ["-c", "import libcst"],
            "translate --help": ["-c", CLI, "--help"],
            "translate a file of 150 lines": [
                "-c",
                CLI,
                str(source),
                "--to",
                "tf",
                "-o",
                str(Path(folder) / "out.py"),
                "-q",
            ],
        }
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        # an installed package is compiled, also where this checkout is run with compiling switched off
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        for _ in range(ROUNDS + 1):
            for name, arguments in commands.items():
                started = time.perf_counter()
                subprocess.run([sys.executable, *arguments], capture_output=True, check=True, env=environment)
                seconds[name].append(time.perf_counter() - started)
    medians = {name: median(values[1:]) for name, values in seconds.items()}  # the first fills the caches
    base, *others = medians
    return [
        Result(base, medians[base], "s"),
        *(Result(name, medians[name] / medians[base], "x", target=3) for name in others),
    ]


def _source(lines: int) -> str:
    """As many blocks as make at least so many lines."""
    text, number = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n", 0
    while text.count("\n") < lines:
        text += BLOCK.format(number=number)
        number += 1
    return text
