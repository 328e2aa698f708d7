"""Rule files from disk; those of the package by way of a compiled copy, as Python keeps for its modules."""

from __future__ import annotations

import contextlib
import marshal
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from translate.rules.errors import RuleError

Entries = Any
"""A list of rules; a mapping in the file of directions."""


def read_file(path: Path) -> Any:
    """What a YAML file holds. Raises RuleError, with the line, if it cannot be read."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # without libyaml: slower, the same result
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise RuleError(f"{where}: not readable as YAML: {getattr(error, 'problem', error)}") from None


def read_package(folder: Path) -> list[tuple[str, Entries]]:
    """Families and entries of the rules that come with the package; start-up is twice as fast from the copy."""
    paths = sorted(folder.rglob("*.yaml"))
    stamp = [[p.relative_to(folder).as_posix(), p.stat().st_mtime_ns, p.stat().st_size] for p in paths]
    copy = folder / "__pycache__" / f"rules.{sys.implementation.cache_tag}.bin"
    try:
        kept = marshal.loads(copy.read_bytes())
        if kept["files"] == stamp:
            return kept["rules"]
    except (OSError, ValueError, KeyError, TypeError, EOFError):
        pass
    rules: list[tuple[str, Entries]] = [
        (p.relative_to(folder).with_suffix("").as_posix(), read_file(p) or []) for p in paths
    ]
    _keep(copy, {"files": stamp, "rules": rules})
    return rules


def _keep(copy: Path, content: Any) -> None:
    """Best effort: where nothing can be written, the files are read each time."""
    if sys.dont_write_bytecode:
        return
    with contextlib.suppress(OSError):
        copy.parent.mkdir(exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=copy.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(marshal.dumps(content))
        Path(temporary).chmod(0o644)
        Path(temporary).replace(copy)
