"""How fast it is, beside targets: ``python benchmarks/speed.py [startup] [lines] [forward] [forward-back] [verify]``.

startup: whole processes beside ``python -c "import libcst"``. lines: lines per CPU second beside LibCST's own parse and
write, and where the time goes. forward: a translated ResNet-50 in a ``tf.function`` beside that of
``keras.applications``. forward-back: that of ``keras.applications``, translated, beside torchvision's.
verify: verifying a ResNet-18, beside the forward and backward passes that this consists of.

Everything is measured in turns, and medians are compared, so that a busy machine slows all sides alike.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parent))
from measuring import forward, forward_back, lines, startup, verifying
from measuring.result import Result

PARTS: dict[str, Callable[[], list[Result]]] = {
    "startup": startup.measure,
    "lines": lines.measure,
    "forward": forward.measure,
    "forward-back": forward_back.measure,
    "verify": verifying.measure,
}


def main() -> int:
    """Exit status 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; default: all")
    parser.add_argument("--json", type=Path, help="also write the results there")
    arguments = parser.parse_args()
    unknown = set(arguments.parts) - set(PARTS)
    if unknown:
        parser.error(f"no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    console = Console()
    results: list[Result] = []
    for part in arguments.parts or PARTS:
        found = PARTS[part]()
        results += found
        table = Table(part, "measured", "target", "", box=None, pad_edge=False, header_style="bold")
        for result in found:
            table.add_row(*result.cells())
        console.print(table, "")
    if arguments.json:
        arguments.json.write_text(json.dumps([r.to_json() for r in results], indent=2) + "\n", encoding="utf-8")
    return int(any(r.met is False for r in results))


if __name__ == "__main__":
    sys.exit(main())
