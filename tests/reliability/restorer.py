"""A process that restores a backup, and says so when it is done: main(archive, place).

place: a file that names the data directory; it is read anew each time.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.support.backups import bring_back


def main(archive: str, place: str) -> None:
    data = Path(Path(place).read_text())
    os.write(1, b"ready\n")
    bring_back(Path(archive), data)
    os.write(1, b"restored\n")
    signal.pause()  # until it is killed
