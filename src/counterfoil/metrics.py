"""What a process counts, in the words of Prometheus; docs/monitoring.md explains each.

A server shows it at /metrics. A process without a door, such as `counterfoil worker`, does so on a port of its own:

    serving = metrics.serve_metrics("127.0.0.1", 9642, metrics.registry_of(house))
    …
    serving.close()

Nothing is global: each call of registry_of gives a registry of its own. Counting happens where things happen, in plain
numbers; prometheus_client is imported when somebody asks. Labels are routes, kinds and outcomes: never a path, an id or
a tenant, so their number is bounded.
"""

from __future__ import annotations

import platform
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from counterfoil import __version__
from counterfoil.errors import BillingError
from counterfoil.ports.clock import timestamp
from counterfoil.store import inspecting, queue
from counterfoil.store.locks import Waits

if TYPE_CHECKING:
    from wsgiref.simple_server import WSGIServer

    from prometheus_client import CollectorRegistry
    from prometheus_client.core import Metric

    from counterfoil.house import House
    from counterfoil.rest.watch import Watch

# Whoever asks more often, or several who ask, are told the same about the database.
DATABASE_SECONDS = 5.0


class Serving:
    """A port on which metrics are served, until it is closed."""

    def __init__(self, server: WSGIServer, thread: threading.Thread) -> None:
        self._server = server
        self._thread = thread

    @property
    def port(self) -> int:
        return int(self._server.server_port)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


def serve_metrics(host: str, port: int, registry: CollectorRegistry) -> Serving:
    """Serves the registry over HTTP in a thread; port 0 takes a free one. Raises OSError when the port is taken."""
    from prometheus_client import start_http_server

    server, thread = start_http_server(port, addr=host, registry=registry)
    return Serving(server, thread)


def registry_of(house: House, watch: Watch | None = None) -> CollectorRegistry:
    """A registry of all that the house counts; watch: what its door has seen, where it has one."""
    from prometheus_client import CollectorRegistry, ProcessCollector

    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=registry)
    registry.register(_Collector(house, watch))
    return registry


def text_of(registry: CollectorRegistry) -> tuple[bytes, str]:
    """(body, content type) of an answer to a scrape, in Prometheus's text format."""
    from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

    return generate_latest(registry), CONTENT_TYPE_PLAIN_0_0_4


class _Stored(NamedTuple):
    """What the database says. jobs: by kind and whether they are laid aside. overdue_seconds: of the oldest due job."""

    jobs: dict[tuple[str, bool], int]
    overdue_seconds: float
    issued: dict[str, int]


class _Collector:
    def __init__(self, house: House, watch: Watch | None) -> None:
        self._house = house
        self._watch = watch
        self._guard = threading.Lock()
        self._asked_at = -DATABASE_SECONDS
        self._stored: _Stored | None = None

    def collect(self) -> Iterator[Metric]:
        from prometheus_client.core import InfoMetricFamily

        build = InfoMetricFamily("counterfoil_build", "Version of this process.")
        build.add_metric((), {"version": __version__, "python": platform.python_version()})
        yield build
        if self._watch:
            yield from _requests(self._watch)
        yield from self._job_outcomes()
        yield from self._database()
        yield from self._queue()

    def _job_outcomes(self) -> Iterator[Metric]:
        from prometheus_client.core import CounterMetricFamily

        tries = CounterMetricFamily(
            "counterfoil_jobs", "Tries of jobs in this process: done, failed (and tried again) or laid_aside.",
            labels=("kind", "outcome"),
        )  # fmt: skip
        for (kind, outcome), count in sorted(self._house.job_outcomes().items()):
            tries.add_metric((kind, outcome), count)
        yield tries

    def _database(self) -> Iterator[Metric]:
        from prometheus_client.core import GaugeMetricFamily

        database = self._house.database
        yield GaugeMetricFamily(
            "counterfoil_database_connections_in_use", "Of the pool of this process.", value=database.connections_in_use
        )
        if database.is_sqlite:
            waits = database.write_waits
            yield _histogram(
                "counterfoil_write_lock_wait_seconds", "How long writes waited for their turn, on SQLite.", (),
                [((), waits.seconds, waits.within, Waits.BOUNDS)],
            )  # fmt: skip

    def _queue(self) -> Iterator[Metric]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        stored = self._asked()
        yield GaugeMetricFamily(
            "counterfoil_database_up", "1 when the database answered.", value=0 if stored is None else 1
        )
        if stored is None:
            return
        depth = GaugeMetricFamily(
            "counterfoil_queue_jobs", "Jobs in the database: waiting, or laid_aside until somebody looks at them.",
            labels=("kind", "state"),
        )  # fmt: skip
        for (kind, is_dead), count in sorted(stored.jobs.items()):
            depth.add_metric((kind, "laid_aside" if is_dead else "waiting"), count)
        yield depth
        yield GaugeMetricFamily(
            "counterfoil_queue_oldest_due_seconds", "For how long the oldest due job has been due; 0 when none is.",
            value=stored.overdue_seconds,
        )  # fmt: skip
        issued = CounterMetricFamily(
            "counterfoil_documents_issued", "Numbers given to documents, by all processes of this database.",
            labels=("kind",),
        )  # fmt: skip
        for kind, count in sorted(stored.issued.items()):
            issued.add_metric((kind,), count)
        yield issued

    def _asked(self) -> _Stored | None:
        """What the database said last, asked anew when that was a while ago; None when it does not answer."""
        with self._guard:
            if time.monotonic() - self._asked_at >= DATABASE_SECONDS:
                self._stored = self._ask()
                self._asked_at = time.monotonic()
            return self._stored

    def _ask(self) -> _Stored | None:
        now = self._house.clock.now()
        try:
            with self._house.database.read() as conn:
                overdue = inspecting.overdue_seconds(conn, timestamp(now))
                return _Stored(queue.counted(conn), overdue, inspecting.numbers_given(conn))
        except BillingError:
            return None


def _requests(watch: Watch) -> Iterator[Metric]:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    from counterfoil.rest.watch import BOUNDS

    count = CounterMetricFamily(
        "counterfoil_http_requests", "Requests that were answered.", labels=("route", "method", "status")
    )
    slowness: dict[tuple[str, str], tuple[float, list[int]]] = {}
    for each in watch.seen():
        count.add_metric((each.route, each.method, each.status), each.number)
        seconds, within = slowness.get((each.route, each.method), (0.0, [0] * len(each.within)))
        slowness[each.route, each.method] = (
            seconds + each.seconds, [old + new for old, new in zip(within, each.within, strict=True)],
        )  # fmt: skip
    yield count
    yield _histogram(
        "counterfoil_http_request_duration_seconds", "From a request to the end of its answer.", ("route", "method"),
        [(labels, seconds, within, BOUNDS) for labels, (seconds, within) in slowness.items()],
    )  # fmt: skip
    yield GaugeMetricFamily("counterfoil_http_requests_at_hand", "Requests being answered now.", value=watch.at_hand)


_Series = tuple[Sequence[str], float, Sequence[int], Sequence[float]]


def _histogram(name: str, text: str, labels: Sequence[str], series: Iterable[_Series]) -> Metric:
    """series: label values, sum, counts within each bound and beyond the last, bounds."""
    from prometheus_client.core import HistogramMetricFamily

    family = HistogramMetricFamily(name, text, labels=labels)
    for values, seconds, within, bounds in series:
        total, buckets = 0, []
        for bound, count in zip((*map(str, bounds), "+Inf"), within, strict=True):
            total += count
            buckets.append((bound, total))
        family.add_metric(values, buckets, seconds)
    return family
