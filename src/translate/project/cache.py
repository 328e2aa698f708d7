"""What is kept between two runs: results by a hash of all that decides them, and the imports of each file.

Plain files of JSON and text, each written whole and renamed: two runs at once, or one that is killed, leave nothing
half done, and reading a cache that somebody else has made runs no code.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from translate import __version__
from translate.problems import Problem
from translate.project.header import digest
from translate.project.imports import Import, imports_of
from translate.project.one_file import Done, Options
from translate.project.writing import write

FOLDER = ".translate_cache"
_DAYS = 30
"""What was not used for so long is deleted."""
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# Kept by translate. See https://bford.info/cachedir/\n"


def hash_of(data: bytes) -> str:
    """Of a file's content."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # names of files may hold anything


@dataclass
class Kept:
    """A result of an earlier run."""

    written: str
    """Hash of the whole file that was written for it."""
    text: str
    """Under which name its code is kept; empty: there is none, nothing was to be translated."""
    checksum: str
    """Of the code."""
    done: Done = field(default_factory=Done)
    """Without the code."""


class Cache:
    """A folder; None: nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._imports: dict[str, tuple[Import, ...]] = {}
        self._used: set[str] = set()
        self._fingerprints: dict[tuple[str, ...], str] = {}
        self._prepared = False
        self.problem = ""
        """Why nothing can be kept, though it should."""
        if folder is not None:
            self._imports = self._read_imports()
        self._known = set(self._imports)

    def key(self, options: Options, file: str, depends: str) -> str:
        """Of a result: of whoever makes it, the options, the file's name and a hash of it and all it depends on."""
        rules = options.rules
        if rules not in self._fingerprints:
            self._fingerprints[rules] = _fingerprint(rules)
        parts = [
            self._fingerprints[rules],
            options.to,
            options.layout,
            options.io,
            sorted(options.ignore),
            file,
            depends,
        ]
        return hash_of(_bytes(json.dumps(parts)))

    def get(self, key: str) -> Kept | None:
        """A result; None: there is none, or it is damaged."""
        if self._folder is None:
            return None
        path = self._place("results", key)
        try:
            data: Any = json.loads(path.read_bytes())
            kept = Kept(written=data.pop("written"), text=data.pop("text"), checksum=data.pop("checksum"))
            kept.done = Done.from_json(data)
            _use(path)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):  # not there, or damaged
            return None
        return kept

    def code(self, kept: Kept) -> str | None:
        """The code of a result that ``get`` gave; None: it is gone or damaged."""
        text = self.earlier(kept.text)
        return None if text is None or hash_of(_bytes(text)) != kept.checksum else text

    def earlier(self, code: str) -> str | None:
        """The body of an earlier translation, by the hash of it that its first line states."""
        return None if self._folder is None or not code else self._text(code)

    def put(self, key: str, done: Done, written: bytes, body: bytes) -> None:
        """Keep a result. ``written``: the whole file; ``body``: the same without its first line, see ``body_of``."""
        if self._folder is None:
            return
        text = _bytes(done.code or "")
        name = "" if done.code is None else digest(body)
        data = replace(done, code=None).to_json()
        data |= {"written": hash_of(written), "text": name, "checksum": hash_of(text)}
        result = (self._place("results", key), _bytes(json.dumps(data, ensure_ascii=False)))
        self._keep(*([(self._place("texts", name), text)] if name else []), result)

    def copy(self, target: str, content: str) -> None:
        """Note that a file was copied as it is. ``content``: its hash."""
        if self._folder is not None:
            self._keep((self._place("copies", hash_of(_bytes(target))), content.encode()))

    def copied(self, target: str, content: str) -> bool:
        """Whether that is what was copied there last."""
        try:
            return self._folder is not None and (
                self._place("copies", hash_of(_bytes(target))).read_bytes() == content.encode()
            )
        except OSError:
            return False

    def imports(self, data: bytes, content: str) -> tuple[Import, ...]:
        """The imports of a file whose hash is ``content``."""
        self._used.add(content)
        if content not in self._imports:
            self._imports[content] = imports_of(data)
        return self._imports[content]

    def close(self) -> None:
        """Keep what was found out about imports, and delete what is old. Once a run."""
        if self._folder is None or self._known >= set(self._imports):
            return
        kept = self._imports if len(self._imports) < 20000 else {k: self._imports[k] for k in self._used}
        self._keep((self._folder / "imports.json", _bytes(json.dumps(kept))))
        self._known = set(self._imports)
        _delete_old(self._folder)

    def _keep(self, *files: tuple[Path, bytes]) -> None:
        """Write files, in this order; once that fails, nothing is kept any more."""
        if self._folder is None or self.problem:
            return
        try:
            if not self._prepared and not (self._folder / "CACHEDIR.TAG").is_file():
                write(self._folder / ".gitignore", b"*\n")
                write(self._folder / "CACHEDIR.TAG", _TAG.encode())
            self._prepared = True
            for path, data in files:
                write(path, data)
        except Problem as problem:
            self.problem = str(problem)

    def _read_imports(self) -> dict[str, tuple[Import, ...]]:
        assert self._folder is not None
        try:
            data: Any = json.loads((self._folder / "imports.json").read_bytes())
            return {
                str(content): tuple((int(level), str(module), tuple(map(str, names))) for level, module, names in found)
                for content, found in data.items()
            }
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def _place(self, kind: str, name: str) -> Path:
        assert self._folder is not None
        return self._folder / kind / name[:2] / name[2:]

    def _text(self, name: str) -> str | None:
        try:
            path = self._place("texts", name)
            text = path.read_bytes().decode("utf-8", "surrogatepass")
            _use(path)
        except (OSError, ValueError):
            return None
        return text


def _fingerprint(rules: tuple[str, ...]) -> str:
    """Of translate itself, whatever version it calls itself, of its rules and of the user's, in their order."""
    package = Path(__file__).parents[1]
    own = [] if (package / "rules" / "data").is_dir() else [package.parents[1] / "rules"]  # installed, or a checkout
    parser = find_spec("libcst")
    found = hashlib.blake2b(f"{__version__} {sys.version_info[:2]}".encode(), digest_size=16)
    if parser and parser.origin and (version := Path(parser.origin).with_name("_version.py")).is_file():
        found.update(version.read_bytes())
    for folder in (package, *own, *map(Path, rules)):
        for path in _rule_files(folder):
            found.update(os.fsencode(path[len(str(folder)) :]))
            found.update(Path(path).read_bytes())
    return found.hexdigest()


def _rule_files(folder: Path) -> Iterable[str]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if f != "__pycache__")
        yield from (f"{place}/{name}" for name in sorted(names) if name.endswith((".py", ".yaml", ".yml")))


def _use(path: Path) -> None:
    """Say that a file was used, once a day."""
    now = time.time()
    if now - path.stat().st_mtime > 86400:
        os.utime(path)


def _delete_old(folder: Path) -> None:
    limit = time.time() - _DAYS * 86400
    for kind in ("results", "texts", "copies"):
        for place, _, names in os.walk(folder / kind):
            for name in names:
                path = Path(place, name)
                try:
                    if path.stat().st_mtime < limit:
                        path.unlink()
                except OSError:
                    continue
