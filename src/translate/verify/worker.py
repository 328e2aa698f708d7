"""The process that runs the user's code: ``python -m translate.verify.worker FOLDER``.

Reads ``request.json`` in the folder, says what it is doing in ``stage``, and leaves ``result.json``.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from translate.verify.result import Options


def main(folder: Path) -> None:
    _no_core_dumps()
    request: dict[str, Any] = json.loads((folder / "request.json").read_text(encoding="utf-8"))

    def progress(stage: str) -> None:
        (folder / "stage").write_text(stage, encoding="utf-8")

    progress("importing the frameworks")
    from translate.verify.check import compare_models

    options: dict[str, Any] = request["options"]
    result = compare_models(
        Path(request["source"]),
        Path(request["translated"]),
        request["model"],
        request["inputs"],
        Options(**options),
        progress,
    )
    unfinished = folder / "unfinished.json"
    unfinished.write_text(json.dumps(result.to_json()), encoding="utf-8")
    unfinished.rename(folder / "result.json")
    # The user's threads and exit handlers get no chance to hold us.
    os._exit(0)


def _no_core_dumps() -> None:
    try:
        import resource
    except ImportError:  # not on Windows
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
