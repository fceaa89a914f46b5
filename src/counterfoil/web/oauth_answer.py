"""An answer of the protocol, between what makes it and HTTP."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

NO_STORE = {"cache-control": "no-store", "pragma": "no-cache", "x-content-type-options": "nosniff"}


@dataclass
class Answer:
    """An HTTP answer in the making."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def location(self) -> str | None:
        return self.headers.get("Location")

    @location.setter
    def location(self, value: str) -> None:
        self.headers["Location"] = value

    @property
    def response(self) -> Response:
        """It as it is sent."""
        content = self.body if isinstance(self.body, str) else json.dumps(self.body)
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Response(content, status_code=self.status, headers=NO_STORE | headers)
