"""How each file is translated: by the command line, then by the next pyproject.toml upward."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, cast

from translate.configuration import Settings, settings_for
from translate.problems import Problem
from translate.project.files import Patterns, PatternsFor, matches
from translate.project.one_file import Options


class FileSettings:
    """What the command line and the files of configuration say of each folder and each file."""

    def __init__(self, asked: Settings) -> None:
        self._asked = asked
        self._told: dict[Path, Settings] = {}

    def told(self, folder: Path) -> Settings:
        """What pyproject.toml says of a folder."""
        if folder not in self._told:
            self._told[folder] = settings_for(folder)
        return self._told[folder]

    def of(self, folder: Path) -> Settings:
        """The same, and what the command line says."""
        return self._asked.over(self.told(folder))

    def patterns(self, root: Path) -> PatternsFor:
        """Patterns of the command line start from the source, those of a pyproject.toml from where it is."""

        def within(folder: Path) -> tuple[Patterns, ...]:
            told = self.told(folder)
            own = Patterns(root, self._asked.include, self._asked.exclude)
            include = told.include if self._asked.include is None else None
            return (own, Patterns(told.folder if told.folder != Path() else root, include, told.exclude))

        return within

    def options(self, path: Path, name: str) -> Options:
        """Raises Problem if nothing says what to translate to, or the options do not go together."""
        told = self.told(path.parent)
        for override in told.overrides:
            if matches(override.files, path, override.settings.folder):
                told = override.settings.over(told)
        told = self._asked.over(told)
        if told.to is None:
            raise Problem(f'{name}: to what? add --to tf or --to torch, or to = "tf" under [tool.translate]')
        options = Options(
            cast(Literal["tf", "torch"], told.to),
            cast(Literal["channels_last", "channels_first"], told.layout or "channels_last"),
            cast(Literal["target", "source"], told.io or "target"),
            tuple(str(folder) for folder in dict.fromkeys(told.rules)),
            tuple(sorted(set(told.ignore))),
        )
        if options.to == "torch" and (options.layout, options.io) != ("channels_last", "target"):
            raise Problem(
                f"{name}: --layout and --io belong to --to tf: PyTorch code is channels first; leave them out"
            )
        return options


def options_for(path: Path, asked: Settings) -> Options:
    """How one file is translated. ``asked``: what the command line says. Raises Problem."""
    return FileSettings(asked).options(path.resolve(), str(path))
