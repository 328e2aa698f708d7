"""Whether a script shows the difference that it is written for."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

from translate.verify.asking import ask
from translate.verify.result import Options
from translate.verify.workers import Server

_PRINTED = re.compile(r"differs by ([^ ,]+)")
_NEAR = 1e-2
_LONGEST = 120.0
"""Seconds, with the import of both frameworks: it is one run of each model."""


def shows(script: Path, told: dict[str, Any], *, options: Options, server: Server | None = None) -> bool:
    """Run a script in a worker; whether it exits with 1 and prints the error that was ``told``, or nearly that."""
    with tempfile.TemporaryDirectory(prefix="translate-repro-", ignore_cleanup_errors=True) as folder:
        answer = ask(
            {"job": "reproduce", "script": str(script.resolve())},
            Path(folder),
            min(options.time_limit, _LONGEST),
            options.memory_limit,
            network=options.network,
            server=server,
        )
    if answer.data is None or answer.data.get("status") != 1:
        return False
    error = told["error"]
    if told["detail"] or error is None:
        return True
    seen = _PRINTED.findall(str(answer.data.get("printed")))
    return bool(seen) and _is_near(seen[-1], error)


def _is_near(seen: str, error: float) -> bool:
    try:
        return abs(float(seen) - error) <= _NEAR * abs(error)
    except ValueError:  # a model that prints something like it
        return False
