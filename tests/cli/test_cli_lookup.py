from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from translate.diagnostics import CODES
from translate.rules import load

Run = Callable[..., Result]


@pytest.mark.parametrize("code", CODES)
def test_each_code_has_a_page(run: Run, code: str) -> None:
    result = run("explain", code.lower())
    assert result.exit_code == 0
    assert result.stdout.startswith(f"# {code}: ")
    for heading in ("What it means", "Why", "Example", "What to do"):
        assert f"\n## {heading}\n\n" in result.stdout


def test_no_page_without_a_code() -> None:
    from translate.cli.explain_command import PAGES

    assert {p.stem for p in PAGES.glob("*.md")} == set(CODES)


def test_explain_lists_and_refuses(run: Run) -> None:
    assert run("explain").stdout.split()[0] == next(iter(CODES))
    refused = run("explain", "T999")
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)


def test_rules_list(run: Run) -> None:
    everything = run("rules", "list").stdout.splitlines()
    assert len(everything) >= len({s.name for r in load().rules for s in r.source})
    found = run("rules", "list", "batchnorm2d").stdout.splitlines()
    assert "torch.nn.BatchNorm2d\tkeras.layers.BatchNormalization\tlayers/normalization" in found
    assert all("batchnorm2d" in line.lower() for line in found)


def test_rules_list_of_nothing(run: Run) -> None:
    result = run("rules", "list", "nonsense")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)


def test_each_rule_is_shown_as_it_stands_in_its_file(run: Run) -> None:
    import yaml

    for name in {rule.name for rule in load().rules}:
        shown = run("rules", "show", name)
        assert shown.exit_code == 0, shown.output
        entries = yaml.safe_load("\n".join(line for line in shown.stdout.split("\n") if line[:1] in ("-", " ", "#")))
        written = [r.data for r in load().rules if any(_means(name, n) for n in _names(r))]
        assert entries == written
        path, _, line = shown.stdout.split("\n")[0].rpartition(":")
        assert Path(path).read_text().split("\n")[int(line) - 1].startswith("- ")


def _names(rule: object) -> list[str]:
    from translate.cli.rules_command import _names as names  # pyright: ignore[reportPrivateUsage]

    return names(rule)  # type: ignore[arg-type]


def _means(asked: str, known: str) -> bool:
    return known == asked or known.endswith(f".{asked}")


def test_rules_show_offers_similar_names(run: Run) -> None:
    result = run("rules", "show", "Conv2")
    assert result.exit_code == 2
    assert "did you mean Conv2" in result.stderr


def test_rules_of_ones_own_come_first(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "# a comment\n- torch: mine.first(x)\n  keras: keras.ops.abs(x)\n  tensors: same -> same\n\n"
        "# about the next\n"
        "- torch: torch.nn.ReLU(inplace=False)\n  write: keras.layers.ReLU()\n  tensors: same -> same\n"
    )
    shown = run("rules", "show", "mine.first", "--rules", str(tmp_path)).stdout
    assert shown == (
        f"{tmp_path}/mine.yaml:2\n- torch: mine.first(x)\n  keras: keras.ops.abs(x)\n  tensors: same -> same\n"
    )
    relu = run("rules", "show", "torch.nn.ReLU", "--rules", str(tmp_path)).stdout
    assert relu.startswith(f"{tmp_path}/mine.yaml:7\n")
    assert "layers/activation.yaml" in relu
