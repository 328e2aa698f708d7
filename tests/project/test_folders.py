"""``translate DIR``: a folder in, a folder out; what is there already is respected."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from click.testing import Result
from folder_helpers import contents

from translate.project.header import read_header

Run = Callable[..., Result]
SCHEMA = Path(__file__).parents[2] / "docs/report_folder.schema.json"


def states(result: Result) -> dict[str, str]:
    data = json.loads(result.stdout)
    jsonschema.validate(data, json.loads(SCHEMA.read_text(encoding="utf-8")))
    return {file["source"].removeprefix("src/"): file["state"] for file in data["files"]}


def test_the_whole_way(folder: Path, run: Run) -> None:
    before = contents(folder / "src")
    first = run("src", "--to", "tf", "--jobs", "2", "--report", "json")
    assert first.exit_code == 0, first.output
    assert states(first) == {
        "models/__init__.py": "copied",
        "models/a.py": "translated",
        "models/b.py": "translated",
        "tools.py": "copied",
    }
    made = contents(folder / "src_tf")
    assert sorted(made) == ["models/__init__.py", "models/a.py", "models/b.py", "tools.py"]
    assert b"layers.Conv2D(5, 3)" in made["models/b.py"]
    assert made["tools.py"].split(b"\n", 1)[1] == before["tools.py"]
    headers = {name: read_header(data.decode()) for name, data in made.items()}
    assert [(n, h.kind, h.source) for n, h in headers.items() if h] == [
        ("models/__init__.py", "Copied", "models/__init__.py"),
        ("models/a.py", "Generated", "models/a.py"),
        ("models/b.py", "Generated", "models/b.py"),
        ("tools.py", "Copied", "tools.py"),
    ]
    assert contents(folder / "src") == before, "the source is read only"
    assert (folder / ".translate_cache/.gitignore").read_text() == "*\n"

    (folder / "src/models/a.py").write_bytes(before["models/a.py"].replace(b"3, 4, 3", b"3, 8, 3"))
    (folder / "src/tools.py").write_text("def size():\n    return 8\n")
    (folder / "src_tf/notes.py").write_text("mine\n")
    second = run("src", "--to", "tf", "--report", "json")
    assert {n: s for n, s in states(second).items() if s != "up to date"} == {
        "models/a.py": "translated",
        "tools.py": "copied",
    }
    assert b"layers.Conv2D(8, 3)" in contents(folder / "src_tf")["models/a.py"]
    assert (folder / "src_tf/notes.py").read_text() == "mine\n"


def test_what_a_person_wrote_is_kept(folder: Path, run: Run) -> None:
    run("src", "--to", "tf")
    made, source = folder / "src_tf/models", folder / "src/models"
    for name in ("a.py", "b.py"):
        (made / name).write_bytes((made / name).read_bytes() + f"mine_{name[0]} = 1\n".encode())
    (made / "c.py").write_text("mine_c = 1\n")
    (source / "c.py").write_text("import torch\nx = torch.zeros(3)\n")
    (source / "a.py").write_text((source / "a.py").read_text().replace("3, 4, 3", "3, 9, 3"))
    kept = contents(made)
    result = run("src", "--to", "tf")
    assert result.exit_code == 1
    assert contents(made) == kept
    lines = result.stderr.splitlines()
    assert (
        "src_tf/models/a.py: was edited by hand and is kept, and what would be written is new; --force overwrites it"
        in (lines)
    )
    assert [line for line in lines if line.startswith(("---", "+++"))] == [
        "--- src_tf/models/a.py (translation that was edited)",
        "+++ src_tf/models/a.py (edited by hand)",
        "--- src_tf/models/a.py (translation that was edited)",
        "+++ src_tf/models/a.py (new translation)",
    ]
    assert "+mine_a = 1" in lines
    assert "+        self.conv = layers.Conv2D(9, 3)" in lines
    assert any(line.startswith("src_tf/models/c.py: was not written by translate and is kept;") for line in lines)
    assert states(run("src", "--to", "tf", "--report", "json")) == {
        "models/__init__.py": "up to date",
        "models/a.py": "conflict",
        "models/b.py": "edited",
        "models/c.py": "not ours",
        "tools.py": "up to date",
    }
    assert run("src", "--to", "tf", "--force", "-q").exit_code == 0
    assert not any(b"mine" in data for data in contents(made).values())
    assert run("src", "--to", "tf", "-q").output == ""


def test_without_a_cache_two_of_three_sides_are_shown(folder: Path, run: Run) -> None:
    run("src", "--to", "tf", "--no-cache")
    assert not (folder / ".translate_cache").exists()
    target, source = folder / "src_tf/models/a.py", folder / "src/models/a.py"
    target.write_bytes(target.read_bytes() + b"mine = 1\n")
    source.write_text(source.read_text().replace("3, 4, 3", "3, 9, 3"))
    lines = run("src", "--to", "tf", "--no-cache").stderr.splitlines()
    assert [line for line in lines if line.startswith(("---", "+++"))] == [
        "--- src_tf/models/a.py (edited by hand)",
        "+++ src_tf/models/a.py (new translation)",
    ]


def test_check_writes_nothing(folder: Path, run: Run) -> None:
    result = run("src", "--to", "tf", "--check", "--report", "json")
    assert result.exit_code == 1
    assert set(states(result).values()) == {"stale"}
    assert not (folder / "src_tf").exists()
    run("src", "--to", "tf")
    assert run("src", "--to", "tf", "--check").exit_code == 0
    (folder / "src/tools.py").write_text("x = 1\n")
    stale = run("src", "--to", "tf", "--check", "-q")
    assert (stale.exit_code, stale.stderr) == (1, "src_tf/tools.py: is not there or out of date; translate again\n")


def test_which_files_and_where_to(folder: Path, run: Run) -> None:
    (folder / "src/models/.gitignore").write_text("b.py\n")
    (folder / "src/out").mkdir()
    (folder / "src/out/old.py").write_text("x = 1\n")
    result = run(
        "src", "--to", "tf", "-o", "src/out", "--only-changed", "--copy-files", "--exclude", "__init__.py",
        "--report", "json",
    )  # fmt: skip
    assert states(result) == {"models/a.py": "translated", "tools.py": "left out"}
    assert sorted(contents(folder / "src/out")) == ["models/a.py", "old.py", "settings.yaml"]


def test_other_files_are_copied_as_long_as_nobody_changes_them(folder: Path, run: Run) -> None:
    source, target = folder / "src/settings.yaml", folder / "src_tf/settings.yaml"
    assert "1 other file not copied; --copy-files copies them." in run("src", "--to", "tf").stderr
    run("src", "--to", "tf", "--copy-files")
    source.write_text("size: 5\n")
    run("src", "--to", "tf", "--copy-files")
    assert target.read_text() == "size: 5\n"
    target.write_text("size: mine\n")
    told = run("src", "--to", "tf", "--copy-files").stderr
    assert "note: src_tf/settings.yaml: differs from its source and is kept; --force overwrites it" in told
    assert target.read_text() == "size: mine\n"


def test_configuration_of_files(folder: Path, run: Run) -> None:
    (folder / "pyproject.toml").write_text(
        '[tool.translate]\nto = "tf"\nexclude = ["tools.py"]\n'
        '[[tool.translate.overrides]]\nfiles = ["src/models/b.py"]\nlayout = "channels_first"\n'
    )
    result = run("src", "--report", "json")
    assert states(result) == {"models/__init__.py": "copied", "models/a.py": "translated", "models/b.py": "translated"}
    assert "channels_first" in (folder / "src_tf/models/b.py").read_text()
    assert "channels_first" not in (folder / "src_tf/models/a.py").read_text()
    assert run("src/models/b.py", "-o", "one.py").exit_code == 0
    one, of_folder = ((folder / p).read_text().split("\n", 1)[1] for p in ("one.py", "src_tf/models/b.py"))
    assert one == of_folder, "a file is translated alike alone and in its folder"
    (folder / "src/models/pyproject.toml").write_text("[tool.translate]\nto = 'tf'\nexclude = ['a.py']\n")
    assert set(states(run("src", "--report", "json"))) == {"models/__init__.py", "models/b.py"}


def test_bad_files_are_told_and_the_rest_goes_on(folder: Path, run: Run) -> None:
    (folder / "src/bad.py").write_text("import torch\ndef f(:\n")
    (folder / "src/worse.py").write_bytes(b"x = 1\n\n# \xff\n")
    (folder / "src/left.py").write_text("import torch\ny = torch.stft(torch.zeros(9), 4)\n")
    (folder / "src_tf/models/a.py").mkdir(parents=True)
    result = run("src", "--to", "tf", "--jobs", "1")
    assert result.exit_code == 1
    for words in (
        "src/bad.py:2:7: is not valid Python: invalid syntax; correct it and run again\n",
        "src/worse.py:3: is not UTF-8 (byte 0xff); save the file as UTF-8 or declare its encoding\n",
        "src_tf/models/a.py: is a folder where a file is to be written; rename it\n",
        "src/left.py:2:5: T101 torch.stft",
        "src -> src_tf: 7 files: 2 translated, 2 copied, 3 failed.\n",
    ):
        assert words in result.stderr
    assert (folder / "src_tf/models/b.py").exists()


def test_sources_that_are_no_more(folder: Path, run: Run) -> None:
    run("src", "--to", "tf")
    (folder / "src/models/b.py").unlink()
    result = run("src", "--to", "tf")
    assert (result.exit_code, "note: src_tf/models/b.py: its source is no more" in result.stderr) == (0, True)
    assert (folder / "src_tf/models/b.py").exists()


def test_a_link_back_to_the_source_is_not_followed_over_it(folder: Path, run: Run) -> None:
    (folder / "src_tf").mkdir()
    (folder / "src_tf/models").symlink_to(folder / "src/models")
    before = contents(folder / "src")
    assert run("src", "--to", "tf", "--force").exit_code == 1
    assert contents(folder / "src") == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["src"], "src/models/__init__.py: to what? add --to tf or --to torch"),
        (["src", "--to", "tf", "-o", "src"], "src: is the source itself"),
        (["src", "--to", "tf", "-o", "pyproject.toml"], "pyproject.toml: is a file; name a folder with -o"),
        (["src", "--to", "tf", "-o", "-"], "-o - works on one file"),
        (["src", "--to", "tf", "--verify"], "--verify works on one file; src is a folder"),
        (["src", "--to", "tf", "--exclude", "*"], "src: no Python files in it"),
        (["src", "--to", "tf", "--include", "!"], "not a pattern as in .gitignore"),
        (["src", "--to", "tf", "--rules", "none"], "none: not a folder of rules"),
        (["src", "--to", "torch", "--layout", "channels_first"], "--layout and --io belong to --to tf"),
        (["src", "--to", "tf", "--stats", "pyproject.toml"], "pyproject.toml: exists and was not written by translate"),
        ([".", "--to", "tf"], ".: where to? name the output folder with -o"),
        (["src/tools.py", "--to", "tf", "--jobs", "2"], "--jobs belongs to folders; src/tools.py is not one"),
    ],
)
def test_wrong_use(folder: Path, run: Run, arguments: list[str], says: str) -> None:
    before = contents(folder)
    result = run(*arguments)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert result.stderr.startswith("translate: error: ")
    assert says in result.stderr
    assert contents(folder) == before


def test_statistics(folder: Path, run: Run) -> None:
    (folder / "src/left.py").write_text(
        "import torch\ndef f(x):\n    return torch.stft(x, 4) + torch.stft(x, 8) + torch.istft(x, 4)\n"
        "def g(x):\n    return torch.stft(x, 4)  # translate: ignore[T101]\n"
    )
    (folder / "src/more.py").write_text("import torch\ndef f(x):\n    return torch.stft(x, 4)\n")
    result = run("src", "--to", "tf", "--statistics", "--stats", "left.csv")
    assert result.exit_code == 1
    assert (folder / "left.csv").read_text().splitlines() == [
        "api,codes,count,percent,files,only",
        "torch.stft,T101,3,75.00,2,1",
        "torch.istft,T101,1,25.00,1,0",
    ]
    lines = [line.split() for line in result.stderr.splitlines()]
    assert ["torch.stft", "3", "75.0%", "2", "1"] in lines
    assert ["T101", "4", "no", "rule", "for", "an", "API", "of", "the", "source", "framework"] in lines
    assert "left.py:3" not in result.stderr, "counted instead of listed"
    assert "4 left in 2 files (60% done); 1 ignored as the source says." in result.stderr
