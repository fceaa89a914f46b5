from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

from counterfoil.store.locks import FairLock, FileLock

HOLDER = """
import sys, time
from pathlib import Path
from counterfoil.store.locks import FileLock
lock = FileLock(Path(sys.argv[1]))
with lock.held():
    print("held", flush=True)
    sys.stdin.readline()
"""


def start_holder(path: Path) -> subprocess.Popen[str]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_first_come_first_served() -> None:
    lock, order = FairLock(), []

    def take(name: int) -> None:
        with lock:
            order.append(name)

    threads = []
    with lock:
        for name in range(12):
            thread = threading.Thread(target=take, args=(name,))
            thread.start()
            while len(lock._queue) <= name:  # the next one may only queue once this one does
                time.sleep(0.0005)
            threads.append(thread)
    for thread in threads:
        thread.join()
    assert order == list(range(12))


def test_one_at_a_time_however_many_come() -> None:
    lock, inside, most = FairLock(), 0, 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(50):
            with lock:
                inside += 1
                most = max(most, inside)
                time.sleep(0)
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, inside) == (1, 0)


def test_the_lock_is_given_back_when_the_block_raises() -> None:
    lock = FairLock()
    for _ in range(2):
        try:
            with lock:
                raise ValueError
        except ValueError:
            pass
    with lock:
        pass


def test_another_process_waits_until_the_file_is_free(tmp_path: Path) -> None:
    path = tmp_path / "write-lock"
    holder = start_holder(path)
    got: list[float] = []

    def wait() -> None:
        with FileLock(path).held():
            got.append(time.monotonic())

    waiting = threading.Thread(target=wait)
    waiting.start()
    time.sleep(0.2)
    assert got == []
    released = time.monotonic()
    holder.communicate("go\n")
    waiting.join(10)
    assert got[0] >= released


def test_a_killed_process_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "write-lock"
    holder = start_holder(path)
    assert FileLock(path).try_for_life() is False
    holder.kill()
    holder.wait()
    assert FileLock(path).try_for_life() is True


def test_a_released_lock_can_be_taken_by_another(tmp_path: Path) -> None:
    path = tmp_path / "server.lock"
    first, second = FileLock(path), FileLock(path)
    assert first.try_for_life()
    assert not second.try_for_life()
    first.release()
    assert second.try_for_life()
