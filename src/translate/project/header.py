"""The line by which ``translate`` knows a file that it wrote itself, and whether somebody has changed it since."""

from __future__ import annotations

import codecs
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from translate import __version__

if TYPE_CHECKING:
    from translate.project.source import Source

Kind = Literal["Generated", "Copied"]
DIGITS = 12
"""Of a hash, in the line: enough to see a change, and the line stays short."""

_LINE = re.compile(
    r"# (?P<kind>Generated|Copied) from (?P<source>.+) by translate (?P<version>\S+) \(to (?P<to>\w+)"
    r"(?:; source (?P<digest>[0-9a-f]+), code (?P<code>[0-9a-f]+))?\)"
)
# What must stay on the first lines of a file: the interpreter and, on line 1 or 2, the encoding (PEP 263).
_STAYS_FIRST = re.compile(r"#!|#.*?coding[:=]")


@dataclass(frozen=True)
class Header:
    """What the line says."""

    kind: Kind
    source: str
    """Name of the source."""
    to: str
    version: str
    digest: str
    """Of the source; empty: a version of translate that did not say."""
    code: str
    """Of the rest of the file, as it was written."""


def digest(data: bytes) -> str:
    """A short hash of a text; line ends do not count, since version control may change them."""
    body = data.removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n")
    return hashlib.blake2b(body, digest_size=16).hexdigest()[:DIGITS]


def with_header(code: str, source: Source, to: str, kind: Kind = "Generated", name: str = "") -> str:
    """``code`` with the line that says where it comes from: no absolute path, no date, so that it can be reproduced."""
    lines = code.splitlines(keepends=True)
    place = _place(lines)
    if place and not lines[place - 1].endswith("\n"):
        lines[place - 1] += "\n"
    printable = "".join(c if c.isprintable() else "?" for c in name or source.short_name)  # a name may hold anything
    told = f"{kind} from {printable} by translate {__version__}"
    written = digest(source.encode("".join(lines)))
    hashes = f"source {digest(source.data)}, code {written}"
    lines.insert(place, f"# {told} (to {to}; {hashes}); edit the source instead.\n")
    return "".join(lines)


def without_header(text: str) -> str:
    """``text`` without that line, if it has one."""
    lines = text.splitlines(keepends=True)
    found = _find(lines)
    return text if found is None else "".join(lines[:found] + lines[found + 1 :])


def read_header(text: str) -> Header | None:
    """What that line says, if ``text`` starts with one."""
    lines = text.splitlines()[:3]
    match = next((m for line in lines if (m := _LINE.match(line))), None)
    if match is None:
        return None
    kind: Kind = "Copied" if match["kind"] == "Copied" else "Generated"
    return Header(kind, match["source"], match["to"], match["version"], match["digest"] or "", match["code"] or "")


def body_of(data: bytes) -> bytes:
    """A file without that line and without a byte order mark, with the line ends of Unix."""
    lines = data.removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n").splitlines(keepends=True)
    found = _find([line.decode("utf-8", errors="replace") for line in lines[:3]])
    return b"".join(lines if found is None else lines[:found] + lines[found + 1 :])


def header_of(data: bytes) -> Header | None:
    """The same as ``read_header``, of the bytes of a file."""
    return read_header(data[:8192].decode("utf-8-sig", errors="replace"))


def is_untouched(data: bytes, header: Header) -> bool:
    """Whether a file that starts with ``header`` is as it was written. Without a hash that is not known: no."""
    return bool(header.code) and digest(body_of(data)) == header.code


def _place(lines: list[str]) -> int:
    if lines and lines[0].startswith("#!"):
        return 2 if len(lines) > 1 and _STAYS_FIRST.match(lines[1]) else 1
    return next((i + 1 for i in range(min(2, len(lines))) if _STAYS_FIRST.match(lines[i])), 0)


def _find(lines: list[str]) -> int | None:
    return next((i for i, line in enumerate(lines[:3]) if _LINE.match(line)), None)
