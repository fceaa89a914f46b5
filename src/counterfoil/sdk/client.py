"""Two clients over one set of requests: `Client` waits, `AsyncClient` is awaited."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, Self, TypeVar, overload

from counterfoil.sdk import build
from counterfoil.sdk.errors import Unreachable
from counterfoil.sdk.retry import NEVER, Retry, with_key
from counterfoil.sdk.wire import Answer, Page, Request

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


class _Each(Generic[P, T]):
    """A method that walks through all pages of a list, one item at a time; each page is fetched when it is reached."""

    def __init__(self, build: Callable[P, Request[Page[T]]]) -> None:
        self._build = build
        self.__doc__ = f"{build.__doc__ or ''}\n\nWalks through all pages, from `page` on."

    @overload
    def __get__(self, client: None, owner: type[Client]) -> Self: ...
    @overload
    def __get__(self, client: Client, owner: type[Client]) -> Callable[P, Iterator[T]]: ...
    def __get__(self, client: Client | None, owner: type[Client]) -> Self | Callable[P, Iterator[T]]:
        if client is None:
            return self

        def walk(*args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
            request: Request[Page[T]] | None = self._build(*args, **kwargs)
            while request is not None:
                page = client.do(request)
                yield from page.items
                request = request.turned_to(page.next_page) if page.items and page.next_page else None

        return walk


class _AsyncEach(Generic[P, T]):
    """The same for `AsyncClient`."""

    def __init__(self, build: Callable[P, Request[Page[T]]]) -> None:
        self._build = build
        self.__doc__ = f"{build.__doc__ or ''}\n\nWalks through all pages, from `page` on."

    @overload
    def __get__(self, client: None, owner: type[AsyncClient]) -> Self: ...
    @overload
    def __get__(self, client: AsyncClient, owner: type[AsyncClient]) -> Callable[P, AsyncIterator[T]]: ...
    def __get__(self, client: AsyncClient | None, owner: type[AsyncClient]) -> Self | Callable[P, AsyncIterator[T]]:
        if client is None:
            return self

        async def walk(*args: P.args, **kwargs: P.kwargs) -> AsyncIterator[T]:
            request: Request[Page[T]] | None = self._build(*args, **kwargs)
            while request is not None:
                page = await client.do(request)
                for item in page.items:
                    yield item
                request = request.turned_to(page.next_page) if page.items and page.next_page else None

        return walk


class Client:
    """The API over HTTP. Give api_key ("login:secret") or token (OAuth). Close it, or use it as a context manager.

    staging_token: for sandboxes that ask for one. retry: what is tried again, and after how long; retry=NEVER for
    nothing. Every method raises ApiError or Unreachable. Methods that begin with each_ walk through all pages.
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
    send_client_invoice_by_einvoice = _Method(build.build_send_client_invoice_by_einvoice)
    import_client_invoices = _Method(build.build_import_client_invoices)
    upload_client_invoice_file = _Method(build.build_upload_client_invoice_file)
    get_client_invoice_upload = _Method(build.build_get_client_invoice_upload)
    get_client_invoice_page = _Method(build.build_get_client_invoice_page)
    list_client_invoice_emails = _Method(build.build_list_client_invoice_emails)
    get_client_invoice_compliance = _Method(build.build_get_client_invoice_compliance)
    list_client_invoice_documents = _Method(build.build_list_client_invoice_documents)
    create_client_invoice_document = _Method(build.build_create_client_invoice_document)
    each_client_invoice = _Each(build.build_list_client_invoices)

    list_credit_notes = _Method(build.build_list_credit_notes)
    get_credit_note = _Method(build.build_get_credit_note)
    get_credit_note_compliance = _Method(build.build_get_credit_note_compliance)
    list_credit_note_documents = _Method(build.build_list_credit_note_documents)
    create_credit_note_document = _Method(build.build_create_credit_note_document)
    create_credit_note = _Method(build.build_create_credit_note)
    each_credit_note = _Each(build.build_list_credit_notes)

    list_quotes = _Method(build.build_list_quotes)
    get_quote = _Method(build.build_get_quote)
    create_quote = _Method(build.build_create_quote)
    update_quote = _Method(build.build_update_quote)
    delete_quote = _Method(build.build_delete_quote)
    send_quote = _Method(build.build_send_quote)
    convert_quote = _Method(build.build_convert_quote)
    list_quote_emails = _Method(build.build_list_quote_emails)
    each_quote = _Each(build.build_list_quotes)

    list_supplier_invoices = _Method(build.build_list_supplier_invoices)
    get_supplier_invoice = _Method(build.build_get_supplier_invoice)
    create_supplier_invoices = _Method(build.build_create_supplier_invoices)
    update_supplier_invoice = _Method(build.build_update_supplier_invoice)
    reject_supplier_invoice = _Method(build.build_reject_supplier_invoice)
    mark_supplier_invoice_as_paid = _Method(build.build_mark_supplier_invoice_as_paid)
    unmark_supplier_invoice_as_paid = _Method(build.build_unmark_supplier_invoice_as_paid)
    each_supplier_invoice = _Each(build.build_list_supplier_invoices)

    list_products = _Method(build.build_list_products)
    get_product = _Method(build.build_get_product)
    create_product = _Method(build.build_create_product)
    update_product = _Method(build.build_update_product)
    delete_product = _Method(build.build_delete_product)
    each_product = _Each(build.build_list_products)

    list_clients = _Method(build.build_list_clients)
    get_client = _Method(build.build_get_client)
    create_client = _Method(build.build_create_client)
    update_client = _Method(build.build_update_client)
    delete_client = _Method(build.build_delete_client)
    each_client = _Each(build.build_list_clients)

    get_organization = _Method(build.build_get_organization)
    list_bank_accounts = _Method(build.build_list_bank_accounts)
    get_bank_account = _Method(build.build_get_bank_account)
    upload_attachment = _Method(build.build_upload_attachment)
    get_attachment = _Method(build.build_get_attachment)
    request_attachment_upload = _Method(build.build_request_attachment_upload)
    use_attachment_upload = _Method(build.build_use_attachment_upload)
    revoke_consent = _Method(build.build_revoke_consent)
    update_organization = _Method(build.build_update_organization)
    get_settings = _Method(build.build_get_settings)
    update_settings = _Method(build.build_update_settings)
    get_einvoicing_settings = _Method(build.build_get_einvoicing_settings)
    each_bank_account = _Each(build.build_list_bank_accounts)

    list_reminders = _Method(build.build_list_reminders)
    get_reminder = _Method(build.build_get_reminder)
    create_reminder = _Method(build.build_create_reminder)
    replace_reminder = _Method(build.build_replace_reminder)
    delete_reminder = _Method(build.build_delete_reminder)
    list_recurring_invoices = _Method(build.build_list_recurring_invoices)
    get_recurring_invoice = _Method(build.build_get_recurring_invoice)
    create_recurring_invoice = _Method(build.build_create_recurring_invoice)
    suspend_recurring_invoice = _Method(build.build_suspend_recurring_invoice)
    reactivate_recurring_invoice = _Method(build.build_reactivate_recurring_invoice)
    cancel_recurring_invoice = _Method(build.build_cancel_recurring_invoice)
    each_reminder = _Each(build.build_list_reminders)
    each_recurring_invoice = _Each(build.build_list_recurring_invoices)

    list_webhook_subscriptions = _Method(build.build_list_webhook_subscriptions)
    get_webhook_subscription = _Method(build.build_get_webhook_subscription)
    create_webhook_subscription = _Method(build.build_create_webhook_subscription)
    update_webhook_subscription = _Method(build.build_update_webhook_subscription)
    delete_webhook_subscription = _Method(build.build_delete_webhook_subscription)
    list_webhook_deliveries = _Method(build.build_list_webhook_deliveries)
    replay_webhook_delivery = _Method(build.build_replay_webhook_delivery)
    each_webhook_subscription = _Each(build.build_list_webhook_subscriptions)
    each_webhook_delivery = _Each(build.build_list_webhook_deliveries)

    def __init__(
        self,
        base_url: str,
        *,
        api_key: str | None = None,
        token: str | None = None,
        staging_token: str | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
        http: httpx.Client | None = None,
        retry: Retry = Retry(),  # noqa: B008  # a value that never changes
    ) -> None:
        from counterfoil.sdk.http import HttpSend

        headers = authorization(api_key=api_key, token=token, staging_token=staging_token)
        self._send = HttpSend(base_url, headers, timeout_seconds=timeout_seconds, http=http)
        self._retry = retry

    def do(self, request: Request[T]) -> T:
        """Makes the call, again if need be. Raises ApiError or Unreachable."""
        sent = with_key(request) if self._retry.attempts > 1 else request
        tried = 0
        while True:
            tried += 1
            answer, lost = self._try(sent)
            pause = self._retry.pause(sent, answer, tried)
            if pause is None:
                if answer is None:
                    raise lost or Unreachable("no answer")
                return request.read(answer)
            time.sleep(pause)

    def _try(self, request: Request[T]) -> tuple[Answer | None, Unreachable | None]:
        try:
            return self._send(request), None
        except Unreachable as lost:
            return None, lost

    def close(self) -> None:
        self._send.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncClient:
    """The same API over anything that can send a request and await its answer: HTTP, or an application in process.

    retry: what is tried again; nothing, unless asked for. `AsyncClient.over_http` makes one like `Client`.
    """

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
    send_client_invoice_by_einvoice = _AsyncMethod(build.build_send_client_invoice_by_einvoice)
    import_client_invoices = _AsyncMethod(build.build_import_client_invoices)
    upload_client_invoice_file = _AsyncMethod(build.build_upload_client_invoice_file)
    get_client_invoice_upload = _AsyncMethod(build.build_get_client_invoice_upload)
    get_client_invoice_page = _AsyncMethod(build.build_get_client_invoice_page)
    list_client_invoice_emails = _AsyncMethod(build.build_list_client_invoice_emails)
    get_client_invoice_compliance = _AsyncMethod(build.build_get_client_invoice_compliance)
    list_client_invoice_documents = _AsyncMethod(build.build_list_client_invoice_documents)
    create_client_invoice_document = _AsyncMethod(build.build_create_client_invoice_document)
    each_client_invoice = _AsyncEach(build.build_list_client_invoices)

    list_credit_notes = _AsyncMethod(build.build_list_credit_notes)
    get_credit_note = _AsyncMethod(build.build_get_credit_note)
    get_credit_note_compliance = _AsyncMethod(build.build_get_credit_note_compliance)
    list_credit_note_documents = _AsyncMethod(build.build_list_credit_note_documents)
    create_credit_note_document = _AsyncMethod(build.build_create_credit_note_document)
    create_credit_note = _AsyncMethod(build.build_create_credit_note)
    each_credit_note = _AsyncEach(build.build_list_credit_notes)

    list_quotes = _AsyncMethod(build.build_list_quotes)
    get_quote = _AsyncMethod(build.build_get_quote)
    create_quote = _AsyncMethod(build.build_create_quote)
    update_quote = _AsyncMethod(build.build_update_quote)
    delete_quote = _AsyncMethod(build.build_delete_quote)
    send_quote = _AsyncMethod(build.build_send_quote)
    convert_quote = _AsyncMethod(build.build_convert_quote)
    list_quote_emails = _AsyncMethod(build.build_list_quote_emails)
    each_quote = _AsyncEach(build.build_list_quotes)

    list_supplier_invoices = _AsyncMethod(build.build_list_supplier_invoices)
    get_supplier_invoice = _AsyncMethod(build.build_get_supplier_invoice)
    create_supplier_invoices = _AsyncMethod(build.build_create_supplier_invoices)
    update_supplier_invoice = _AsyncMethod(build.build_update_supplier_invoice)
    reject_supplier_invoice = _AsyncMethod(build.build_reject_supplier_invoice)
    mark_supplier_invoice_as_paid = _AsyncMethod(build.build_mark_supplier_invoice_as_paid)
    unmark_supplier_invoice_as_paid = _AsyncMethod(build.build_unmark_supplier_invoice_as_paid)
    each_supplier_invoice = _AsyncEach(build.build_list_supplier_invoices)

    list_products = _AsyncMethod(build.build_list_products)
    get_product = _AsyncMethod(build.build_get_product)
    create_product = _AsyncMethod(build.build_create_product)
    update_product = _AsyncMethod(build.build_update_product)
    delete_product = _AsyncMethod(build.build_delete_product)
    each_product = _AsyncEach(build.build_list_products)

    list_clients = _AsyncMethod(build.build_list_clients)
    get_client = _AsyncMethod(build.build_get_client)
    create_client = _AsyncMethod(build.build_create_client)
    update_client = _AsyncMethod(build.build_update_client)
    delete_client = _AsyncMethod(build.build_delete_client)
    each_client = _AsyncEach(build.build_list_clients)

    get_organization = _AsyncMethod(build.build_get_organization)
    list_bank_accounts = _AsyncMethod(build.build_list_bank_accounts)
    get_bank_account = _AsyncMethod(build.build_get_bank_account)
    upload_attachment = _AsyncMethod(build.build_upload_attachment)
    get_attachment = _AsyncMethod(build.build_get_attachment)
    request_attachment_upload = _AsyncMethod(build.build_request_attachment_upload)
    use_attachment_upload = _AsyncMethod(build.build_use_attachment_upload)
    revoke_consent = _AsyncMethod(build.build_revoke_consent)
    update_organization = _AsyncMethod(build.build_update_organization)
    get_settings = _AsyncMethod(build.build_get_settings)
    update_settings = _AsyncMethod(build.build_update_settings)
    get_einvoicing_settings = _AsyncMethod(build.build_get_einvoicing_settings)
    each_bank_account = _AsyncEach(build.build_list_bank_accounts)

    list_reminders = _AsyncMethod(build.build_list_reminders)
    get_reminder = _AsyncMethod(build.build_get_reminder)
    create_reminder = _AsyncMethod(build.build_create_reminder)
    replace_reminder = _AsyncMethod(build.build_replace_reminder)
    delete_reminder = _AsyncMethod(build.build_delete_reminder)
    list_recurring_invoices = _AsyncMethod(build.build_list_recurring_invoices)
    get_recurring_invoice = _AsyncMethod(build.build_get_recurring_invoice)
    create_recurring_invoice = _AsyncMethod(build.build_create_recurring_invoice)
    suspend_recurring_invoice = _AsyncMethod(build.build_suspend_recurring_invoice)
    reactivate_recurring_invoice = _AsyncMethod(build.build_reactivate_recurring_invoice)
    cancel_recurring_invoice = _AsyncMethod(build.build_cancel_recurring_invoice)
    each_reminder = _AsyncEach(build.build_list_reminders)
    each_recurring_invoice = _AsyncEach(build.build_list_recurring_invoices)

    list_webhook_subscriptions = _AsyncMethod(build.build_list_webhook_subscriptions)
    get_webhook_subscription = _AsyncMethod(build.build_get_webhook_subscription)
    create_webhook_subscription = _AsyncMethod(build.build_create_webhook_subscription)
    update_webhook_subscription = _AsyncMethod(build.build_update_webhook_subscription)
    delete_webhook_subscription = _AsyncMethod(build.build_delete_webhook_subscription)
    list_webhook_deliveries = _AsyncMethod(build.build_list_webhook_deliveries)
    replay_webhook_delivery = _AsyncMethod(build.build_replay_webhook_delivery)
    each_webhook_subscription = _AsyncEach(build.build_list_webhook_subscriptions)
    each_webhook_delivery = _AsyncEach(build.build_list_webhook_deliveries)

    def __init__(self, send: AsyncSend, *, retry: Retry = NEVER) -> None:
        self._send = send
        self._retry = retry

    @classmethod
    @asynccontextmanager
    async def over_http(
        cls,
        base_url: str,
        *,
        api_key: str | None = None,
        token: str | None = None,
        staging_token: str | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
        retry: Retry = Retry(),  # noqa: B008  # a value that never changes
    ) -> AsyncIterator[Self]:
        """A client over HTTP, for as long as the block lasts. Arguments as for `Client`."""
        from counterfoil.sdk.http import AsyncHttpSend

        headers = authorization(api_key=api_key, token=token, staging_token=staging_token)
        async with AsyncHttpSend(base_url, headers, timeout_seconds=timeout_seconds) as send:
            yield cls(send, retry=retry)

    async def do(self, request: Request[T]) -> T:
        """Makes the call, again if need be. Raises ApiError or Unreachable."""
        sent = with_key(request) if self._retry.attempts > 1 else request
        tried = 0
        while True:
            tried += 1
            answer, lost = await self._try(sent)
            pause = self._retry.pause(sent, answer, tried)
            if pause is None:
                if answer is None:
                    raise lost or Unreachable("no answer")
                return request.read(answer)
            await asyncio.sleep(pause)

    async def _try(self, request: Request[T]) -> tuple[Answer | None, Unreachable | None]:
        try:
            return await self._send(request), None
        except Unreachable as lost:
            return None, lost


def authorization(
    *, api_key: str | None = None, token: str | None = None, staging_token: str | None = None
) -> dict[str, str]:
    """The headers that say who calls. Raises ValueError unless exactly one of api_key and token is given."""
    if (api_key is None) == (token is None):
        raise ValueError("give api_key (login:secret) or token, one of the two")
    headers = {"Authorization": api_key if api_key is not None else f"Bearer {token}"}
    return headers | ({"X-Qonto-Staging-Token": staging_token} if staging_token else {})
