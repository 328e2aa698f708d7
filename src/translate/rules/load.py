"""Reading folders of rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from translate.rules.dialect import Dialect
from translate.rules.errors import RuleError
from translate.rules.files import read_file, read_package
from translate.rules.inversion import backwards, extended, inverted, respelled
from translate.rules.model import Case, Rule
from translate.rules.signature import Signature


def rules_directory() -> Path:
    """The folder of the rules that come with the package."""
    packaged = Path(__file__).parent / "data"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "rules"


class RuleSet:
    """Rules by the name of the source API. Earlier folders take precedence."""

    def __init__(self, rules: Iterable[Rule], folders: Sequence[Path], dialect: Dialect) -> None:
        self.rules = tuple(rules)
        self.dialect = dialect
        self.back: tuple[Rule, ...] = ()
        """Of the way back: layers of Keras whose weights other modules keep, as ``weights`` says."""
        self.folders = tuple(folders)
        self.packages: set[str] = set()
        """Modules of the source framework: what stands before the last dot of any name."""
        self.with_data_format: set[str] = set()
        """Layers of the target that can be told to work channels first."""
        for rule in self.rules:
            self.with_data_format.update(rule.data.get("with_data_format", ()))
            for keras in (rule.target, *(c.target for c in rule.cases)):
                if keras is not None and "data_format" in keras.text:
                    self.with_data_format.add(keras.name)
        self._by_source: dict[str, list[Rule]] = {}
        for rule in self.rules:
            for signature in rule.source:
                package = signature.name.rpartition(".")[0]
                while package and package not in self.packages:
                    self.packages.add(package)
                    package = package.rpartition(".")[0]
                found = self._by_source.setdefault(signature.name, [])
                if rule not in found:
                    found.append(rule)

    def find(self, name: str) -> list[Rule]:
        """The rules for a source API, in the order in which they are tried."""
        return self._by_source.get(name, [])

    def public(self, name: str) -> str:
        """The usual name of what ``torch.nn.modules.conv.Conv2d`` is another name of."""
        if name in self._by_source or name in self.packages:
            return name
        for other, usual in self.dialect.aliases.items():
            if name == other or name.startswith(f"{other}."):
                name = usual + name.removeprefix(other)
        package, _, last = name.rpartition(".")
        for rule in self.find(package):
            if rule.data.get("role") == "alias" and f"{rule.write}.{last}" in self._by_source:
                return f"{rule.write}.{last}"
        return name

    def helper_names(self) -> frozenset[str]:
        return frozenset(path.stem for folder in self.folders for path in (folder / self.dialect.helpers).glob("*.py"))

    def pieces(self) -> dict[str, str]:
        """The texts of what the other direction writes, by name."""
        found = [path for folder in self.folders for path in (folder / self.dialect.pieces).glob("*.py")]
        return {path.stem: path.read_text(encoding="utf-8") for path in found}

    def helper(self, name: str) -> str | None:
        """The text of a helper file, or None."""
        for folder in self.folders:
            path = folder / self.dialect.helpers / f"{name}.py"
            if path.is_file():
                return path.read_text(encoding="utf-8")
        return None


def load(extra: Sequence[Path] = (), to: str = "tf") -> RuleSet:
    """The rules of the package for one direction, after those in the folders ``extra``.

    Raises RuleError if a folder or a file cannot be used.
    """
    return _load(tuple(Path(p) for p in extra), to)


@lru_cache(maxsize=8)
def _load(extra: tuple[Path, ...], to: str) -> RuleSet:
    rules: list[Rule] = []
    for folder in extra:
        if not folder.is_dir():
            raise RuleError(f"{folder}: not a folder of rules")
        for path in sorted(folder.rglob("*.yaml")):
            rules += _checked(path, folder)
    package = dict(read_package(rules_directory()))  # checked by the package's tests
    dialect = Dialect.read(package.pop("directions")[to])
    for back in (True, False):
        for family, entries in package.items():
            if family.startswith("torch/") is back:
                rules += _for_direction(entries, family, to, back, dialect)
    if to == "torch":
        rules = _without_overruled(rules)
        for family, entries in package.items():
            others = [e for e in entries if "as" in e] if family.startswith("torch/") else []
            rules += [rule for entry in others for rule in respelled(entry, rules, dialect.left_out)]
    found = RuleSet(rules, [*extra, rules_directory()], dialect)
    found.back = tuple(
        Rule((), Signature(entry.get("within") or _first(entry["keras"])), family, entry)
        for family, entries in package.items()
        for entry in entries
        if family.startswith("torch/") and "weights" in entry
    )
    return found


def _first(spelled: str | list[str]) -> str:
    return spelled if isinstance(spelled, str) else spelled[0]


def _without_overruled(rules: list[Rule]) -> list[Rule]:
    """An operation that has rules of its own is not read backwards as well, unless these come ``besides``."""
    own = {
        r.source[0].name
        for r in rules
        if r.family.startswith("torch/") and r.source[0].name.startswith("keras.ops.") and not r.data.get("besides")
    }
    return [r for r in rules if r.family.startswith("torch/") or r.source[0].name not in own]


def _for_direction(entries: Any, family: str, to: str, back: bool, dialect: Dialect) -> Iterable[Rule]:
    if to == "tf":
        return () if back else [_rule(entry, family) for entry in entries]
    if back:
        return [rule for e in entries if "as" not in e for rule in backwards(e, family, dialect.left_out)]
    read = (inverted(_rule(entry, family)) for entry in entries)
    return [replace(rule, source=tuple(extended(s) for s in rule.source)) for rule in read if rule is not None]


def _checked(path: Path, folder: Path) -> list[Rule]:
    from translate.rules.schema import validate

    entries: Any = read_file(path)
    validate(path, entries)
    family = path.relative_to(folder).with_suffix("").as_posix()
    return [_rule(entry, family) for entry in cast(list[dict[str, Any]], entries or [])]


def _rule(entry: dict[str, Any], family: str) -> Rule:
    spelled: str | list[str] = entry["torch"]
    names = [spelled] if isinstance(spelled, str) else spelled
    keras: str | None = entry.get("keras")
    cases: list[dict[str, Any]] = entry.get("cases") or []
    return Rule(
        source=tuple(Signature(n) for n in names),
        target=Signature(keras) if keras else None,
        family=family,
        data=entry,
        cases=tuple(_case(c) for c in cases),
    )


def _case(entry: dict[str, Any]) -> Case:
    keras: str | None = entry.get("keras")
    written: dict[str, Any] = entry.get("set") or {}
    return Case(
        only=entry.get("only"),
        set={k: str(v) for k, v in written.items()},
        write=entry.get("write"),
        target=Signature(keras) if keras else None,
        becomes=entry.get("becomes", ""),
        assigned=tuple(entry.get("assigned", ())),
    )
