"""Calling the verifier: only here, and only when asked, is code of the user run, in a process of its own."""

from __future__ import annotations

import os
import tempfile
from contextlib import nullcontext
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from translate.cli.errors import CommandError
from translate.cli.source import Source
from translate.translation import Tensor, Translation

if TYPE_CHECKING:
    from translate.cli.translate_command import Request

_NEEDED = ("torch", "keras", "numpy", "hypothesis", "psutil")


def require_frameworks() -> None:
    """Raise CommandError if the frameworks are not installed. Does not import them."""
    backend = "tensorflow" if os.environ.get("KERAS_BACKEND", "tensorflow") == "tensorflow" else "keras"
    missing = [name for name in (*_NEEDED, backend) if find_spec(name) is None]
    if missing:
        raise CommandError(f'--verify needs {", ".join(missing)}; run: pip install "nn-translate[verify]"')


def verify_files(
    request: Request, source: Source, data: bytes, written: Path | None, translation: Translation
) -> dict[str, Any]:
    """The verification as plain data. What was not written to a file is run from a temporary one."""
    require_frameworks()
    from translate.report.terminal import error_console

    console = error_console()
    show = console.is_terminal and not request.quiet
    with (
        tempfile.TemporaryDirectory(prefix="translate-") as folder,
        console.status("verifying") if show else nullcontext() as status,
    ):
        # Beside each other, so that imports of neighbours work for neither rather than for one side only.
        source_path = source.path or _store(Path(folder) / "source.py", source.encode(source.text))
        target_path = written or _store(Path(folder) / "translation.py", data)

        def progress(what: str) -> None:
            if status is not None:
                status.update(f"verifying: {what}")

        return _verify(request, source_path, target_path, translation, progress)


def _store(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path
