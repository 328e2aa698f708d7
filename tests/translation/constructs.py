"""Small modules, one construct at a time, and what they are written as."""

from __future__ import annotations

import textwrap

from translate.translation import Translation, translate

HEAD = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"


def net(init: str = "", forward: str = "return x", *, parameters: str = "", before: str = "", after: str = "") -> str:
    """A module; every part is lines of its own, without indentation."""
    lines = [
        HEAD,
        before,
        "\nclass Net(nn.Module):",
        f"    def __init__(self{parameters}):",
        "        super().__init__()",
    ]
    lines += [_indented(init), "", "    def forward(self, x):", _indented(forward), _indented(after, 4)]
    return "\n".join(lines)


def _indented(text: str, by: int = 8) -> str:
    return textwrap.indent(textwrap.dedent(text).strip("\n"), " " * by)


def body(text: str, method: str) -> str:
    """What stands in a method of ``Net``, without indentation."""
    found = text[text.index("class Net(") :]
    start = found.index(f"    def {method}(")
    lines = found[start:].splitlines()[1:]
    end = next((i for i, line in enumerate(lines) if line and not line.startswith("        ")), len(lines))
    return textwrap.dedent("\n".join(lines[:end])).strip()


def init_of(done: Translation) -> str:
    return body(done.code, "__init__").removeprefix("super().__init__()").strip()


def call_of(done: Translation) -> str:
    return body(done.code, "call")


def whole(text: str) -> Translation:
    """Translated, with nothing left."""
    done = translate(text)
    assert done.complete, (done.diagnostics, done.code)
    assert done.layout == "channels_last"
    return done


def left(text: str) -> list[tuple[str, int, int]]:
    """Codes, lines and columns of what was left untranslated."""
    return [(d.code, d.line, d.column) for d in translate(text).diagnostics if not d.is_note]


def notes(done: Translation) -> list[str]:
    return [d.code for d in done.diagnostics if d.is_note]
