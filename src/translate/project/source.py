"""Reading the source: encoding, byte order mark, ends of lines; and what is wrong with it, in one line."""

from __future__ import annotations

import codecs
import io
import sys
import tokenize
from dataclasses import dataclass
from pathlib import Path

from translate.problems import Problem


@dataclass(frozen=True)
class Source:
    """A source text and how it is stored, so that its translation can be stored in the same way."""

    name: str
    """As messages show it."""
    path: Path | None
    """None: standard input."""
    text: str
    encoding: str = "utf-8"
    bom: bool = False
    crlf: bool = False
    data: bytes = b""
    """As it is stored."""

    @property
    def short_name(self) -> str:
        return Path(self.name).name

    def encode(self, code: str) -> bytes:
        """``code`` as the source is stored."""
        if self.crlf:
            code = code.replace("\n", "\r\n")
        try:
            data = code.encode(self.encoding)
        except UnicodeEncodeError as error:
            line = code.count("\n", 0, error.start) + 1
            raise Problem(
                f"{self.name}: line {line} of its translation cannot be written in {self.encoding}; save it as UTF-8"
            ) from None
        return codecs.BOM_UTF8 + data if self.bom else data

    def mentions(self, to: str) -> bool:
        """A cheap first look, so that files without anything to translate are never parsed."""
        return any(name in self.text for name in (("torch",) if to == "tf" else ("keras", "tensorflow")))


def read_source(file: str, stdin_name: str | None) -> Source:
    """The source text. Raises Problem if it cannot be read."""
    if file == "-":
        return decode(sys.stdin.buffer.read(), stdin_name or "stdin", None)
    path = Path(file)
    if path.is_dir():
        raise Problem(f"{file}: is a folder; name one file")
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise Problem(f"{file}: no such file; check the path") from None
    except OSError as error:
        raise Problem(f"{file}: cannot be read ({_reason(error)}); check the path and its permissions") from None
    return decode(data, file, path)


def decode(data: bytes, name: str, path: Path | None) -> Source:
    """Bytes to text, as Python reads source files."""
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise Problem(f"{name}:{line}: contains a null byte, so it is not Python; name a Python source file")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError as error:
        raise Problem(f"{name}:1: {error.msg or error}; save the file as UTF-8") from None
    bom = data.startswith(codecs.BOM_UTF8)
    body = data.removeprefix(codecs.BOM_UTF8)
    encoding = "utf-8" if bom else encoding
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise Problem(
            f"{name}:{line}: is not {encoding.upper()} (byte 0x{body[error.start]:02x}); "
            "save the file as UTF-8 or declare its encoding"
        ) from None
    # Only a file that is CRLF throughout is changed on the way: what is mixed stays as it is.
    crlf = 0 < text.count("\r\n") == text.count("\n") == text.count("\r")
    return Source(name, path, text.replace("\r\n", "\n") if crlf else text, encoding, bom, crlf, data)


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
