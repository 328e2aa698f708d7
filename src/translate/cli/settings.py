"""What the command line says of how files are translated, in the words of the configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from translate.configuration import Settings


def settings_of(options: dict[str, Any]) -> Settings:
    """``options`` by their names in Python."""
    return Settings(
        folder=Path.cwd(),
        to=options["to"],
        layout=options["layout"],
        io=options["io"],
        include=tuple(options.get("include") or ()) or None,
        exclude=tuple(options.get("exclude") or ()),
        rules=tuple(options["rules"]),
        only_changed=options.get("only_changed") or None,
        copy_files=options.get("copy_files") or None,
    )
