"""Where files are kept: can they be read there, and written."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from counterfoil.doctor.checks import Check, fail, ok, skip
from counterfoil.settings import Settings

NAME = "file store"


def place(settings: Settings) -> Check:
    """Whether the folder or bucket is there and open to us. Nothing is written."""
    from counterfoil.house import open_blobs

    url = settings.blobs_url
    if url and urlsplit(url).scheme == "s3":
        open_blobs(settings, is_server=True)  # asks the store; raises Invalid, Unavailable
        return ok(NAME, f"the bucket {urlsplit(url).hostname} was asked for")
    folder = Path(unquote(urlsplit(url).path)) if url else settings.data / "files"
    if not folder.exists():
        return skip(NAME, f"{folder} is made with the first file")
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return fail(NAME, f"{folder} cannot be read and written by this user", f"chown -R $(id -un) {folder}")
    return ok(NAME, f"{folder} can be read and written")
