"""The other end of tests.support.forked: imports what `counterfoil` needs once, and forks a process for each command.

`python -m tests.support.forking FD`: FD is a Unix socket. A message is JSON with argv, env and cwd, and carries four
descriptors: standard input, output and error of the command, and one to which its status is written when it ends.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import selectors
import signal
import socket
import struct
import sys
import threading
import traceback
from contextlib import suppress
from typing import Any

LONGEST = 1 << 20


def serve(line: socket.socket) -> dict[str, Any] | None:
    """Forks until the line is closed. Returns what to run, in the process that is to run it; None in this one."""
    woken, wake = socket.socketpair()
    wake.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
    waiting: dict[int, int] = {}
    with selectors.DefaultSelector() as ready:
        ready.register(line, selectors.EVENT_READ)
        ready.register(woken, selectors.EVENT_READ)
        while True:
            for key, _ in ready.select():
                if key.fileobj is woken:
                    woken.recv(4096)
                    _reap(waiting)
                    continue
                text, files, _, _ = socket.recv_fds(line, LONGEST, 4)
                if not text:
                    for pid in waiting:
                        with suppress(ProcessLookupError):
                            os.kill(pid, signal.SIGKILL)
                    return None
                pid = os.fork()
                if pid == 0:
                    ready.close()
                    _settle(files, [line, woken, wake], waiting)
                    return dict(json.loads(text))
                waiting[pid] = files[3]
                for file in files[:3]:
                    os.close(file)
                line.sendall(struct.pack("i", pid))


def _reap(waiting: dict[int, int]) -> None:
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            told = waiting.pop(pid)
            with suppress(BrokenPipeError):
                os.write(told, struct.pack("i", os.waitstatus_to_exitcode(status)))
            os.close(told)


def _settle(files: list[int], lines: list[socket.socket], others: dict[int, int]) -> None:
    """The standard streams are the command's, and nothing of this process is left open in it."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for each in lines:
        each.close()
    for told in others.values():
        os.close(told)
    for number, file in enumerate(files[:3]):
        os.dup2(file, number)
    for file in files:
        os.close(file)


def import_all() -> None:
    """Every module of the product and what it imports."""
    import counterfoil

    for module in pkgutil.walk_packages(counterfoil.__path__, "counterfoil."):
        # A module that is a program of its own does something when it is imported.
        if not module.name.endswith(("__main__", "_child", ".migrations.env")) and ".versions." not in module.name:
            with suppress(ImportError):
                importlib.import_module(module.name)
    for name in ("uvicorn.loops.uvloop", "uvicorn.protocols.http.httptools_impl", "uvicorn.lifespan.on"):
        importlib.import_module(name)


def main() -> None:
    import_all()
    gc.freeze()  # pages that no child writes to are not copied
    asked = serve(socket.socket(fileno=int(sys.argv[1])))
    if asked is None:
        return
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["env"])
    sys.argv = asked["argv"]
    sys.modules["__main__"].__package__ = None  # else the command's help names this module
    code = run()
    # As the interpreter ends, without taking every module apart, which takes a second where all of them are there.
    threading._shutdown()  # waits for threads that are not daemons
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def run() -> int:
    """The command's exit code."""
    from counterfoil.cli.main import main as command

    try:
        command()
    except SystemExit as end:
        if end.code is not None and not isinstance(end.code, int):
            print(end.code, file=sys.stderr)
            return 1
        return end.code or 0
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    main()
