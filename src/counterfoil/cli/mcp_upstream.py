"""counterfoil mcp --upstream: the same tools before a server elsewhere, guarded from this machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from counterfoil.cli.console import fail

if TYPE_CHECKING:
    from counterfoil.domain.approvals import ApprovalPolicy
    from counterfoil.mcp.caller import Caller
    from counterfoil.ports.clock import Clock

_FILE_BYTES_MAX: Final = 20_000_000


def run_upstream(
    data: Path, upstream: str, key: str, policy: ApprovalPolicy, *, staging_token: str | None = None
) -> None:
    """Serves until standard input ends. data: where approvals are kept. key: login:secret, or a token."""
    base = upstream.rstrip("/").removesuffix("/v2")
    if urlsplit(base).scheme not in ("http", "https") or not urlsplit(base).netloc:
        fail(f"--upstream {upstream} is no address: it begins with https://")
    asyncio.run(_serve(data, base, key, policy, staging_token))


async def _serve(data: Path, base: str, key: str, policy: ApprovalPolicy, staging_token: str | None) -> None:
    from counterfoil.mcp.stdio import serve_stdio
    from counterfoil.ports.clock import SystemClock

    async with upstream_caller(data, base, key, policy, SystemClock(), staging_token=staging_token) as caller:
        await serve_stdio(caller, SystemClock().now)


@asynccontextmanager
async def upstream_caller(
    data: Path, base: str, key: str, policy: ApprovalPolicy, clock: Clock, *, staging_token: str | None = None
) -> AsyncIterator[Caller]:
    """Whoever started this process, before the server at `base`."""
    from starlette.concurrency import run_in_threadpool

    from counterfoil.cli.upstream_books import UpstreamBooks
    from counterfoil.mcp.caller import Caller
    from counterfoil.mcp.upstream import UpstreamSend
    from counterfoil.sdk.client import AsyncClient, authorization
    from counterfoil.sdk.http import AsyncHttpSend

    who = {"api_key": key} if ":" in key else {"token": key}
    headers = authorization(**who, staging_token=staging_token)
    books = UpstreamBooks(data, base, key, policy, clock)

    async def approve(approval_id: str) -> None:
        await run_in_threadpool(books.approve, approval_id)

    try:
        async with AsyncHttpSend(base, headers) as http:
            send = UpstreamSend(http, books, clock.now, base)
            await send.look()
            yield Caller(
                AsyncClient(send), None, f"upstream {books.organization_id}",
                approve=None if policy.is_person_needed else approve, has_extensions=send.has_extensions,
                fetch=_fetching(base),
            )  # fmt: skip
    finally:
        books.close()


def _fetching(base: str) -> Callable[[str], Awaitable[bytes]]:
    """Gets a file by a link that the server gave, without the key: the link carries its own permission."""

    async def fetch(url: str) -> bytes:
        import httpx

        # The server's own files, and those that it keeps elsewhere, which no one on the way shall read.
        if urlsplit(url).scheme != "https" and urlsplit(url).netloc != urlsplit(base).netloc:
            return b""
        try:
            async with httpx.AsyncClient(timeout=30.0) as client, client.stream("GET", url) as answer:
                parts = b""
                async for part in answer.aiter_bytes():
                    parts += part
                    if len(parts) > _FILE_BYTES_MAX:
                        return b""
                return parts if answer.status_code == 200 else b""
        except httpx.HTTPError:
            return b""

    return fetch
