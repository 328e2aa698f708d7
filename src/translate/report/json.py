"""The JSON report. Its schema is docs/report.schema.json."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
    verifications: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Everything that is known about one translation, as plain data."""
    return {
        "version": VERSION,
        "source": source,
        "to": to,
        "output": output,
        "written": written,
        **translation.to_json(),
        "verification": worst(verifications or []),
        "verifications": verifications or [],
    }


def worst(done: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The verification that says most about the whole: one that is not equal, if there is any."""
    results = [d["verification"] for d in done if d["verification"] is not None]
    order = ("different", "failed", "equal")
    return min(results, key=lambda r: order.index(r["verdict"]), default=None)


def dump(data: dict[str, Any]) -> str:
    """As text: stable, and readable in a diff."""
    text = json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False)
    # A name of a file that is no UTF-8 is kept by Python in characters that cannot be written; JSON has words for them.
    return re.sub("[\ud800-\udfff]", lambda match: f"\\u{ord(match[0]):04x}", text)
