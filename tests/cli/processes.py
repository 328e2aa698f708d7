"""The command as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import translate

SOURCES = str(Path(translate.__file__).parents[1])  # a relative PYTHONPATH means nothing in another folder


def run_process(
    *arguments: str, cwd: Path, stdin: bytes = b"", timeout: float = 120
) -> subprocess.CompletedProcess[bytes]:
    """Run the command as its users do."""
    command = [sys.executable, "-c", "from translate.cli.main import main; main()", *arguments]
    return subprocess.run(
        command,
        cwd=cwd,
        input=stdin,
        capture_output=True,
        timeout=timeout,
        check=False,
        env={**os.environ, "NO_COLOR": "1", "PYTHONPATH": SOURCES},
    )
