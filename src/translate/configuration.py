"""``[tool.translate]`` in pyproject.toml: finding it, reading it, and what its keys must be.

As with Ruff the nearest pyproject.toml upward that has the table decides alone; it may ``extend`` another one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from translate.diagnostics import CODES
from translate.problems import Problem

_CHOICES: dict[str, tuple[str, ...]] = {
    "to": ("tf", "torch"),
    "layout": ("channels_last", "channels_first"),
    "io": ("target", "source"),
}
_LISTS = ("include", "exclude", "rules", "ignore")
_SWITCHES = ("only-changed", "copy-files")
_KEYS = (*_CHOICES, *_LISTS, *_SWITCHES, "extend", "overrides", "verify")
_OVERRIDABLE = ("layout", "io", "rules", "ignore")


@dataclass(frozen=True)
class Override:
    """``[[tool.translate.overrides]]``: other settings for the files that match."""

    files: tuple[str, ...]
    """Patterns as in .gitignore, from the folder of the pyproject.toml."""
    settings: Settings


@dataclass(frozen=True)
class Settings:
    """What one table says; None and empty: nothing."""

    folder: Path = Path()
    """Where patterns and folders of rules start from."""
    to: str | None = None
    layout: str | None = None
    io: str | None = None
    include: tuple[str, ...] | None = None
    exclude: tuple[str, ...] = ()
    rules: tuple[Path, ...] = ()
    ignore: tuple[str, ...] = ()
    only_changed: bool | None = None
    copy_files: bool | None = None
    overrides: tuple[Override, ...] = field(default_factory=tuple)

    def over(self, below: Settings) -> Settings:
        """These, and what ``below`` says where these say nothing. Lists that add something are added."""
        return Settings(
            self.folder,
            self.to or below.to,
            self.layout or below.layout,
            self.io or below.io,
            below.include if self.include is None else self.include,
            below.exclude + self.exclude,
            self.rules + below.rules,
            below.ignore + self.ignore,
            below.only_changed if self.only_changed is None else self.only_changed,
            below.copy_files if self.copy_files is None else self.copy_files,
            below.overrides + self.overrides,
        )


def nearest(folder: Path, key: str = "") -> tuple[Path, dict[str, Any]] | None:
    """The next pyproject.toml from ``folder`` upward with ``[tool.translate]`` (and ``key`` in it), and the table.

    Raises Problem if a file on the way cannot be read, or the table has unknown keys.
    """
    for place in (folder, *folder.parents):
        table = _table(place / "pyproject.toml")
        if table is not None and (not key or key in table):
            return place / "pyproject.toml", table
    return None


def settings_for(folder: Path) -> Settings:
    """What holds for the files in ``folder`` (absolute). Raises Problem."""
    found = nearest(folder)
    return _settings(found[0]) if found else Settings()


def _settings(file: Path, extended_by: tuple[Path, ...] = ()) -> Settings:
    table = _table(file)
    if table is None:
        raise Problem(f"{extended_by[-1]}: extend: {file} has no [tool.translate]; name a file that has")
    where = f"{file}: [tool.translate]"
    own = _read(table, where, file.parent)
    extends = table.get("extend")
    if extends is None:
        return own
    if not isinstance(extends, str):
        raise Problem(f'{where}: extend is not a string; write extend = "../pyproject.toml"')
    other = (file.parent / extends).resolve()
    if other in (*extended_by, file):
        raise Problem(f"{where}: extend: {extends} extends this file in turn; remove one of the two")
    if not other.is_file():
        raise Problem(f"{where}: extend: {extends}: no such file; check the path")
    return own.over(_settings(other, (*extended_by, file)))


def _table(file: Path) -> dict[str, Any] | None:
    try:
        state = file.stat()
    except OSError:
        return None
    return _parsed(file, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=256)
def _parsed(file: Path, *_: int) -> dict[str, Any] | None:
    import tomllib

    try:
        data: Any = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Problem(f"{file}: not readable as TOML: {error}") from None
    tool = data.get("tool")
    table: Any = cast(dict[str, Any], tool).get("translate") if isinstance(tool, dict) else None
    if table is None:
        return None
    if not isinstance(table, dict):
        raise Problem(f"{file}: tool.translate is not a table; write [tool.translate]")
    read = cast(dict[str, Any], table)
    _known(read, _KEYS, f"{file}: [tool.translate]")
    return read


def _known(table: dict[str, Any], keys: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in keys:
            raise Problem(f"{where}: unknown key {key!r}; known are {', '.join(keys)}")


def _read(table: dict[str, Any], where: str, folder: Path) -> Settings:
    lists = {key: _strings(table, key, where) for key in _LISTS}
    for code in lists["ignore"] or ():
        if code not in CODES:
            raise Problem(f"{where}: ignore: no such code: {code}; `translate explain` lists all codes")
    for key in _SWITCHES:
        if not isinstance(table.get(key, False), bool):
            raise Problem(f"{where}: {key} is neither true nor false")
    return Settings(
        folder=folder,
        to=_choice(table, "to", where),
        layout=_choice(table, "layout", where),
        io=_choice(table, "io", where),
        include=lists["include"],
        exclude=lists["exclude"] or (),
        rules=tuple(folder / name for name in lists["rules"] or ()),
        ignore=lists["ignore"] or (),
        only_changed=table.get("only-changed"),
        copy_files=table.get("copy-files"),
        overrides=tuple(_overrides(table.get("overrides", []), where, folder)),
    )


def _overrides(entries: Any, where: str, folder: Path) -> list[Override]:
    if not isinstance(entries, list):
        raise Problem(f"{where}: overrides is not a list of tables; write [[tool.translate.overrides]]")
    found: list[Override] = []
    for number, entry in enumerate(cast(list[Any], entries), 1):
        place = f"{where}: overrides, number {number}"
        if not isinstance(entry, dict):
            raise Problem(f"{place}: not a table; write [[tool.translate.overrides]]")
        read = cast(dict[str, Any], entry)
        _known(read, ("files", *_OVERRIDABLE), place)
        files = _strings(read, "files", place)
        if not files:
            raise Problem(f'{place}: says nothing of its files; add files = ["legacy/**"]')
        found.append(Override(files, _read({k: v for k, v in read.items() if k != "files"}, place, folder)))
    return found


def _choice(table: dict[str, Any], key: str, where: str) -> str | None:
    value = table.get(key)
    if value is not None and value not in _CHOICES[key]:
        raise Problem(f"{where}: {key}: {value!r} is not known; use one of {', '.join(_CHOICES[key])}")
    return value


def _strings(table: dict[str, Any], key: str, where: str) -> tuple[str, ...] | None:
    value = table.get(key)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(v, str) for v in cast(list[Any], value)):
        raise Problem(f"{where}: {key} is not a list of strings")
    return tuple(cast(list[str], value))
