"""The process that runs the user's code: ``python -m translate.verify.worker FOLDER``.

Reads ``request.json`` in the folder, says what it is doing in ``stage``, and leaves ``result.json``.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

from translate.verify import isolation


def prepare(*, network: bool) -> None:
    """Give up what code of the user must not have. While there is one thread."""
    isolation.no_core_dumps()
    if not network:
        isolation.no_network()


def work(folder: Path) -> NoReturn:
    """Do what is asked, and end: the user's threads and exit handlers get no chance to hold us."""
    own = os.getpid()
    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(folder / "hypothesis")
    request: dict[str, Any] = json.loads((folder / "request.json").read_text(encoding="utf-8"))

    def progress(stage: str) -> None:
        if os.getpid() != own:  # the user's code forked, and this is the copy
            os._exit(0)
        (folder / "stage").write_text(stage, encoding="utf-8")

    progress("importing the frameworks")
    from translate.verify import jobs

    result = jobs.run(request["job"], request, progress)
    if os.getpid() == own:
        unfinished = folder / "unfinished.json"
        unfinished.write_text(json.dumps(result), encoding="utf-8")
        unfinished.rename(folder / "result.json")
    os._exit(0)


if __name__ == "__main__":
    asked = Path(sys.argv[1])
    prepare(network=json.loads((asked / "request.json").read_text(encoding="utf-8"))["network"])
    work(asked)
