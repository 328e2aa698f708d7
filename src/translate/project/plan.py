"""What is to be done with each file of a folder, before anything is: how it is translated, and what it depends on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from translate.configuration import Settings
from translate.problems import Problem
from translate.project.cache import Cache, hash_of
from translate.project.dependencies import digests, keys
from translate.project.files import find_files
from translate.project.imports import Import, graph
from translate.project.one_file import Options
from translate.project.settings import FileSettings


@dataclass(frozen=True)
class Asked:
    """The command line, as far as it is about a folder."""

    source: Path
    output: Path | None
    settings: Settings
    """What the command line says; it comes before what any pyproject.toml says."""
    force: bool = False
    check: bool = False
    """Write nothing."""
    jobs: int = 1
    cache: bool = True
    cache_folder: Path | None = None
    time_limit: float = 600
    memory_limit: int = 16 * 2**30


@dataclass(frozen=True)
class Planned:
    """One Python file."""

    name: str
    """As messages show it."""
    file: str
    """Relative to the source folder, with ``/``."""
    path: Path
    content: str
    """Hash of what it holds."""
    size: int
    options: Options
    to_translate: bool
    key: str
    """Under which its result is kept."""
    only_changed: bool


@dataclass(frozen=True)
class Plan:
    source: Path
    """Absolute."""
    output: Path
    shown_output: str
    files: tuple[Planned, ...]
    others: tuple[tuple[Path, str, bool], ...]
    """Files that are not Python, absolute and relative, and whether they are copied."""
    edges: dict[str, tuple[str, ...]]
    """Which file imports which."""


def make_plan(asked: Asked, cache: Cache) -> Plan:
    """Find the files and read them once. Raises Problem."""
    source = asked.source.resolve()
    settings = FileSettings(asked.settings)
    python, others = find_files(source, settings.patterns(source), _output_inside(asked, source))
    if not python:
        raise Problem(f"{asked.source}: no Python files in it; check the path, .gitignore, include and exclude")
    contents: dict[str, str] = {}
    imports: dict[str, tuple[Import, ...]] = {}
    found: list[tuple[Path, str, int, Options, bool]] = []
    for path in python:
        file = path.relative_to(source).as_posix()
        try:
            data = path.read_bytes()
        except OSError as error:
            raise Problem(f"{path}: cannot be read ({(error.strerror or str(error)).lower()}); exclude it") from None
        options = settings.options(path, str(asked.source / file))
        contents[file] = hash_of(data)
        imports[file] = cache.imports(data, contents[file])
        found.append((path, file, len(data), options, options.mentions(data)))
    edges = graph(imports, _package(source))
    depends = keys(edges, digests(contents, edges))
    output, shown = _output(asked, source, found[0][3].to)
    planned = [
        Planned(
            str(asked.source / file),
            file,
            path,
            contents[file],
            size,
            options,
            mentions,
            cache.key(options, file, depends[file]) if mentions else "",
            bool(settings.of(path.parent).only_changed),
        )
        for path, file, size, options, mentions in found
    ]
    also = [(p, p.relative_to(source).as_posix(), bool(settings.of(p.parent).copy_files)) for p in others]
    return Plan(source, output, shown, tuple(planned), tuple(also), edges)


def cache_folder(asked: Asked) -> Path | None:
    """Where results are kept: beside the pyproject.toml or the repository that the source is in, else right here."""
    from translate.project.cache import FOLDER

    if not asked.cache:
        return None
    if asked.cache_folder is not None:
        return asked.cache_folder
    source = asked.source.resolve()
    here = (p for p in (source, *source.parents) if (p / "pyproject.toml").is_file() or (p / ".git").exists())
    return next(here, Path.cwd()) / FOLDER


def _output(asked: Asked, source: Path, to: str) -> tuple[Path, str]:
    if asked.output is None and asked.source.name in ("", ".."):
        raise Problem(f"{asked.source}: where to? name the output folder with -o")
    shown = asked.output or asked.source.with_name(f"{source.name}_{to}")
    output = shown.resolve()
    if output == source:
        raise Problem(f"{shown}: is the source itself; name another folder with -o")
    if output.exists() and not output.is_dir():
        raise Problem(f"{shown}: is a file; name a folder with -o")
    return output, str(shown)


def _output_inside(asked: Asked, source: Path) -> Path | None:
    """The output folder, if it is below the source: what was written there is no source."""
    output = asked.output.resolve() if asked.output else None
    return output if output is not None and source in output.parents else None


def _package(root: Path) -> str:
    """The dotted name of the package that a folder is, or empty."""
    parts: list[str] = []
    while (root / "__init__.py").is_file() and root.name:
        parts.append(root.name)
        root = root.parent
    return ".".join(reversed(parts))
