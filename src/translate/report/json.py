"""The JSON report. Its schema is docs/report.schema.json."""

from __future__ import annotations

import json
from typing import Any

from translate.translation import Translation

VERSION = 1
"""Raised when a program that reads the report would have to change."""


def report(
    translation: Translation,
    *,
    source: str,
    to: str,
    output: str | None,
    written: bool,
    verification: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Everything that is known about one translation, as plain data."""
    return {
        "version": VERSION,
        "source": source,
        "to": to,
        "output": output,
        "written": written,
        **translation.to_json(),
        "verification": verification,
    }


def dump(data: dict[str, Any]) -> str:
    """As text: stable, and readable in a diff."""
    return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False)
