"""What went through the door: counted by route, and a line of the log for each.

Routes are named by their template: paths hold ids and, on public pages, tokens. All of it happens on the event loop, so
there are no locks; whoever reads the counts elsewhere reads copies.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from counterfoil import logs

if TYPE_CHECKING:
    from starlette.types import Scope

    from counterfoil.rest.trace import Exchange

# Of latencies, in seconds.
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
UNKNOWN = "none"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Seen(NamedTuple):
    """Exchanges of one route, method and class of status. within: how many were within each bound and not the last."""

    route: str
    method: str
    status: str
    seconds: float
    within: tuple[int, ...]

    @property
    def number(self) -> int:
        return sum(self.within)


class Watch:
    """Adds a microsecond to an exchange, and the line of the log some fifteen where there is one."""

    def __init__(self) -> None:
        self._routes: dict[object, str] = {}
        self._counts: dict[tuple[object, str, int], list[Any]] = {}
        self.at_hand = 0

    def learn(self, routes: Iterable[Any]) -> None:
        """Which templates lead to which endpoints; of two that lead to the same, the first."""
        for route in routes:
            endpoint, path = getattr(route, "endpoint", None), getattr(route, "path", None)
            if endpoint is not None and path is not None:
                self._routes.setdefault(endpoint, path)

    def done(self, scope: Scope, exchange: Exchange, seconds: float) -> None:
        """Counts an exchange that is over."""
        method = scope["method"] if scope["method"] in _METHODS else "other"
        endpoint = scope.get("endpoint")
        key = (endpoint, method, exchange.status // 100)
        found = self._counts.get(key)
        if found is None:
            found = self._counts.setdefault(key, [0.0, [0] * (len(BOUNDS) + 1)])
        found[0] += seconds
        found[1][bisect_left(BOUNDS, seconds)] += 1
        if logs.tells_requests():
            self._tell(exchange, method, self._route(endpoint), seconds)

    def seen(self) -> Iterator[Seen]:
        """All counts so far."""
        for (endpoint, method, status), (seconds, within) in list(self._counts.items()):
            yield Seen(self._route(endpoint), method, f"{status}xx" if status else UNKNOWN, seconds, tuple(within))

    def _route(self, endpoint: object) -> str:
        return self._routes.get(endpoint, UNKNOWN)

    def _tell(self, exchange: Exchange, method: str, route: str, seconds: float) -> None:
        fields: dict[str, object] = {
            "request_id": exchange.trace_id, "method": method, "route": route, "status": exchange.status,
            "duration_ms": round(seconds * 1_000, 1),
        }  # fmt: skip
        if exchange.caller:
            fields["organization_id"] = exchange.caller.partition(" ")[0]
        logs.request(fields)
