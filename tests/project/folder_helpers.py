"""A model to fill folders with, and looking at what is in them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

COMMAND = [sys.executable, "-c", "from translate.cli.main import main; main()"]
NET = """import torch
from torch import nn


class {name}(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, {size}, 3)

    def forward(self, x):
        return torch.relu(self.conv(x))
"""


def start(*arguments: str, **more: object) -> subprocess.Popen[str]:
    """The command as a process of its own, at the head of a group of processes."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    return subprocess.Popen(
        [*COMMAND, *arguments],
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        start_new_session=True,
        **more,  # pyright: ignore[reportCallIssue, reportArgumentType]
    )


def contents(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
