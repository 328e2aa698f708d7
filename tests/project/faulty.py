"""What can go wrong in a worker."""

from __future__ import annotations

import os
import signal
import time

from translate.project.one_file import Done, Job, Options

KEPT: list[bytes] = []


def job(text: str) -> Job:
    return Job(text, text, text.encode(), Options("tf"))


def faulty(job: Job) -> Done:
    """Does what the file is called."""
    KEPT.append(b"")
    match job.file.split():
        case ["die", how, *_]:
            os.kill(os.getpid(), getattr(signal, how))
            time.sleep(30)
        case ["exit", status, *_]:
            os._exit(int(status))
        case ["sleep", seconds]:
            time.sleep(float(seconds))
        case ["memory", _]:
            return Done(problem=_too_much(job))
        case ["grow", *_]:
            KEPT.append(os.urandom(2**20) * 400)
            time.sleep(1.1)  # loky looks once a second
        case _:
            pass
    return Done(str(os.getpid()), depends=(str(len(KEPT)),))


def _too_much(job: Job) -> str:
    try:
        return str(len(bytearray(2**40)))
    except MemoryError:
        return f"{job.name}: too much"


def deadly(job: Job) -> Done:
    """The translator, on which one file has an unhappy effect."""
    from translate.project.one_file import translate_one

    if job.file == "models/b.py":
        os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(30)
    return translate_one(job)
