"""What a worker gives up before code of the user runs in it."""

from __future__ import annotations

import ctypes
import os
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000  # from <linux/sched.h>
_REACHING_OUT = ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname")
NO_NETWORK = "no network during verification; --network allows it"


def no_core_dumps() -> None:
    """A crash of the user's code leaves no file."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def no_network() -> None:
    """Nothing that this process and those below it do reaches another machine.

    Python code that tries gets an OSError that says why. Where Linux lets us, the process moves to a network of its
    own, in which there is nothing, so that native code and other programs reach nothing either. To be called while
    there is one thread.
    """
    _leave_network()
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in _REACHING_OUT:
        return
    is_local = event.startswith("socket.") and getattr(arguments[0], "family", None) == getattr(socket, "AF_UNIX", -1)
    if not is_local:  # pipes between processes of this machine are no network
        raise OSError(NO_NETWORK)


def _leave_network() -> None:
    if sys.platform != "linux":
        return
    user, group = os.getuid(), os.getgid()
    libc = ctypes.CDLL(None)
    if libc.unshare(_NEW_NETWORK) == 0:  # as root
        return
    if libc.unshare(_NEW_USER | _NEW_NETWORK) == 0:
        # Still who we are: without this, there is no name for our number.
        with suppress(OSError):
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
            Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
