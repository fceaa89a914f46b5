"""What pages need of the house."""

from __future__ import annotations

from typing import Protocol

from counterfoil.operations.work import Works
from counterfoil.ports.blobs import Blobs
from counterfoil.settings import Settings


class PageDoors(Protocol):
    """Works to read with, settings, and where files are kept."""

    @property
    def works(self) -> Works: ...

    @property
    def settings(self) -> Settings: ...

    @property
    def blobs(self) -> Blobs: ...
