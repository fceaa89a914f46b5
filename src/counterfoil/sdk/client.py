"""Two clients over one set of requests: `Client` waits, `AsyncClient` is awaited."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, Self, TypeVar, overload

from counterfoil.sdk import build
from counterfoil.sdk.wire import Answer, Request

if TYPE_CHECKING:
    import httpx

P = ParamSpec("P")
T = TypeVar("T")
Send = Callable[[Request[Any]], Answer]
AsyncSend = Callable[[Request[Any]], Awaitable[Answer]]
TIMEOUT_SECONDS = 30.0


class _Method(Generic[P, T]):
    """A method of `Client` made from the function that builds its request; arguments and answer keep their types."""

    def __init__(self, build: Callable[P, Request[T]]) -> None:
        self._build = build
        self.__doc__ = build.__doc__

    @overload
    def __get__(self, client: None, owner: type[Client]) -> Self: ...
    @overload
    def __get__(self, client: Client, owner: type[Client]) -> Callable[P, T]: ...
    def __get__(self, client: Client | None, owner: type[Client]) -> Self | Callable[P, T]:
        if client is None:
            return self

        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            return client.do(self._build(*args, **kwargs))

        return call


class _AsyncMethod(Generic[P, T]):
    """The same for `AsyncClient`."""

    def __init__(self, build: Callable[P, Request[T]]) -> None:
        self._build = build
        self.__doc__ = build.__doc__

    @overload
    def __get__(self, client: None, owner: type[AsyncClient]) -> Self: ...
    @overload
    def __get__(self, client: AsyncClient, owner: type[AsyncClient]) -> Callable[P, Awaitable[T]]: ...
    def __get__(self, client: AsyncClient | None, owner: type[AsyncClient]) -> Self | Callable[P, Awaitable[T]]:
        if client is None:
            return self

        def call(*args: P.args, **kwargs: P.kwargs) -> Awaitable[T]:
            return client.do(self._build(*args, **kwargs))

        return call


class Client:
    """The API over HTTP. Give api_key ("login:secret") or token (OAuth). Close it, or use it as a context manager.

    staging_token: for sandboxes that ask for one. Every method raises ApiError or Unreachable.
    """

    list_client_invoices = _Method(build.build_list_client_invoices)
    get_client_invoice = _Method(build.build_get_client_invoice)
    create_client_invoice = _Method(build.build_create_client_invoice)
    update_client_invoice = _Method(build.build_update_client_invoice)
    delete_client_invoice = _Method(build.build_delete_client_invoice)
    finalize_client_invoice = _Method(build.build_finalize_client_invoice)
    mark_client_invoice_as_paid = _Method(build.build_mark_client_invoice_as_paid)
    unmark_client_invoice_as_paid = _Method(build.build_unmark_client_invoice_as_paid)
    mark_client_invoice_as_canceled = _Method(build.build_mark_client_invoice_as_canceled)
    send_client_invoice = _Method(build.build_send_client_invoice)
    list_clients = _Method(build.build_list_clients)
    get_client = _Method(build.build_get_client)
    create_client = _Method(build.build_create_client)
    update_client = _Method(build.build_update_client)
    delete_client = _Method(build.build_delete_client)
    get_organization = _Method(build.build_get_organization)
    list_bank_accounts = _Method(build.build_list_bank_accounts)
    get_bank_account = _Method(build.build_get_bank_account)
    upload_attachment = _Method(build.build_upload_attachment)
    get_attachment = _Method(build.build_get_attachment)

    def __init__(
        self,
        base_url: str,
        *,
        api_key: str | None = None,
        token: str | None = None,
        staging_token: str | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
        http: httpx.Client | None = None,
    ) -> None:
        from counterfoil.sdk.http import HttpSend

        headers = authorization(api_key=api_key, token=token, staging_token=staging_token)
        self._send = HttpSend(base_url, headers, timeout_seconds=timeout_seconds, http=http)

    def do(self, request: Request[T]) -> T:
        """Makes the call. Raises ApiError or Unreachable."""
        return request.read(self._send(request))

    def close(self) -> None:
        self._send.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncClient:
    """The same API over anything that can send a request and await its answer: HTTP, or an application in process."""

    list_client_invoices = _AsyncMethod(build.build_list_client_invoices)
    get_client_invoice = _AsyncMethod(build.build_get_client_invoice)
    create_client_invoice = _AsyncMethod(build.build_create_client_invoice)
    update_client_invoice = _AsyncMethod(build.build_update_client_invoice)
    delete_client_invoice = _AsyncMethod(build.build_delete_client_invoice)
    finalize_client_invoice = _AsyncMethod(build.build_finalize_client_invoice)
    mark_client_invoice_as_paid = _AsyncMethod(build.build_mark_client_invoice_as_paid)
    unmark_client_invoice_as_paid = _AsyncMethod(build.build_unmark_client_invoice_as_paid)
    mark_client_invoice_as_canceled = _AsyncMethod(build.build_mark_client_invoice_as_canceled)
    send_client_invoice = _AsyncMethod(build.build_send_client_invoice)
    list_clients = _AsyncMethod(build.build_list_clients)
    get_client = _AsyncMethod(build.build_get_client)
    create_client = _AsyncMethod(build.build_create_client)
    update_client = _AsyncMethod(build.build_update_client)
    delete_client = _AsyncMethod(build.build_delete_client)
    get_organization = _AsyncMethod(build.build_get_organization)
    list_bank_accounts = _AsyncMethod(build.build_list_bank_accounts)
    get_bank_account = _AsyncMethod(build.build_get_bank_account)
    upload_attachment = _AsyncMethod(build.build_upload_attachment)
    get_attachment = _AsyncMethod(build.build_get_attachment)

    def __init__(self, send: AsyncSend) -> None:
        self._send = send

    async def do(self, request: Request[T]) -> T:
        """Makes the call. Raises ApiError or Unreachable."""
        return request.read(await self._send(request))


def authorization(
    *, api_key: str | None = None, token: str | None = None, staging_token: str | None = None
) -> dict[str, str]:
    """The headers that say who calls. Raises ValueError unless exactly one of api_key and token is given."""
    if (api_key is None) == (token is None):
        raise ValueError("give api_key (login:secret) or token, one of the two")
    headers = {"Authorization": api_key if api_key is not None else f"Bearer {token}"}
    return headers | ({"X-Qonto-Staging-Token": staging_token} if staging_token else {})
