"""Forgets uploads that nobody used: their places, and the files that lie there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterfoil.operations import pending_uploads
from counterfoil.ports.clock import timestamp
from counterfoil.store import pending_uploads as rows

if TYPE_CHECKING:
    from counterfoil.jobs.handlers import Tools

AT_ONCE = 500


def tidy(tools: Tools) -> None:
    """Drops what may be used no more. The file first: a place that is still there is looked at again."""
    works = tools.works
    oldest = timestamp(works.clock.now() - pending_uploads.TO_USE)
    while True:
        with works.database.read() as conn:
            found = rows.expired_before(conn, oldest, limit=AT_ONCE)
        for row in found:
            if row.sha256:
                tools.blobs.drop_aside(pending_uploads.place_name(row.blob_ref, row.sha256))
        with works.database.write() as conn:
            for row in found:
                rows.delete_upload(conn, row.organization_id, row.blob_ref)
        if len(found) < AT_ONCE:
            return
