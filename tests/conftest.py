"""Servers and organizations that tests share: one process a test worker, one organization a country.

`server` runs no jobs, so that a burst of invoices is not rendered behind a test's back; `working_server` does.
Whoever counts or numbers documents takes a new organization from `new_organization`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import pytest

from counterfoil.testing import counterfoil_sandbox as counterfoil_sandbox  # a fixture
from counterfoil.testing import counterfoil_server as counterfoil_server
from tests.support.postgres import Postgres, shared
from tests.support.s3 import S3Store, start_s3
from tests.support.server import Api, Server, make_organization, start_server


class NewOrganization(Protocol):
    """Makes an organization on the shared server; profile: fields of it that are not the usual ones."""

    def __call__(self, country: str = "FR", **profile: Any) -> Api: ...


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server that serves only."""
    running = start_server(tmp_path_factory.mktemp("server"), "--no-jobs")
    yield running
    running.stop()


@pytest.fixture(scope="session")
def working_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server that renders and mails too."""
    running = start_server(tmp_path_factory.mktemp("working"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgres]:
    """A PostgreSQL server, one a test worker, started by the first test that wants it; see `new_database`."""
    running = shared()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def s3_store() -> Iterator[S3Store]:
    """A store that speaks S3, one a test worker, started by the first test that wants it; see `new_bucket`."""
    running = start_s3()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def new_organization(server: Server) -> NewOrganization:
    """A function that makes an organization of one's own."""

    def make(country: str = "FR", **profile: Any) -> Api:
        return Api(server, make_organization(server.data, country, **profile))

    return make


@pytest.fixture(scope="session")
def api_of(new_organization: NewOrganization) -> Callable[[str], Api]:
    """The shared organization of a country, by its code; "freelancer" is the Spanish one that may withhold."""
    made: dict[str, Api] = {}

    def find(name: str) -> Api:
        if name not in made:
            profile = {"is_freelancer": True, "legal_name": "Ana Sol"} if name == "freelancer" else {}
            made[name] = new_organization("ES" if name == "freelancer" else name, **profile)
        return made[name]

    return find


@pytest.fixture(scope="session")
def fr(api_of: Callable[[str], Api]) -> Api:
    """A French company, shared."""
    return api_of("FR")


@pytest.fixture(scope="session")
def de(api_of: Callable[[str], Api]) -> Api:
    """A German company, shared."""
    return api_of("DE")


@pytest.fixture(scope="session")
def it(api_of: Callable[[str], Api]) -> Api:
    """An Italian company with e-invoicing, shared."""
    return api_of("IT")


@pytest.fixture(scope="session")
def es(api_of: Callable[[str], Api]) -> Api:
    """A Spanish company, shared."""
    return api_of("ES")


@pytest.fixture(scope="session")
def freelancer(api_of: Callable[[str], Api]) -> Api:
    """A Spanish freelancer, shared."""
    return api_of("freelancer")


@pytest.fixture
def fresh(new_organization: NewOrganization) -> Api:
    """A new French company, for a test that counts or numbers."""
    return new_organization("FR")


@pytest.fixture(scope="session")
def worker(working_server: Server) -> Api:
    """A French company on the server that renders and mails, shared."""
    return Api(working_server, make_organization(working_server.data, "FR"))
