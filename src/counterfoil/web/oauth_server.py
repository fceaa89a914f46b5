"""OAuth 2.1 as Authlib speaks it, on what operations keep: the one module that knows Authlib.

Authlib reads requests, proves clients, checks redirect URIs, PKCE and scopes, and writes answers and errors. Added here
is what it leaves to its user, and what it does not have: RFC 8707 resources, S256 alone, PKCE for all public clients.
A Desk serves one request. Its work is one transaction that is kept even where the answer is an error: a code that is
used twice is refused, and all that it gave is revoked.
"""

from __future__ import annotations

import base64
import logging
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from authlib.common.urls import add_params_to_uri
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    ClientMixin,
    InvalidGrantError,
    InvalidRequestError,
    OAuth2Payload,
    OAuth2Request,
    TokenMixin,
)
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7591 import ClientMetadataClaims
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207 import IssuerParameter
from joserfc.errors import JoseError

from counterfoil.domain import oauth as rules
from counterfoil.domain import scopes as scope_names
from counterfoil.domain.approvals import ApprovalPolicy
from counterfoil.domain.oauth import Client, Resources
from counterfoil.operations import oauth as operations
from counterfoil.operations.oauth import Consent, Family
from counterfoil.operations.work import Work
from counterfoil.store.engine import Connection
from counterfoil.store.oauth import CodeRow, RefreshRow
from counterfoil.store.rows import CredentialRow
from counterfoil.web import oauth_identity
from counterfoil.web.oauth_answer import Answer

METHODS = ("client_secret_basic", "client_secret_post", "none")
# RFC 6749, 5.2: descriptions quote what was sent, and these are all that may stand in one.
logging.getLogger("authlib").setLevel(logging.INFO)  # at DEBUG it writes down the tokens that it issues
_QUOTABLE = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]*")
_QUOTED = ("client_id", "redirect_uri", "response_type", "grant_type", "scope", "resource", "code_challenge_method")
_STATE = re.compile(r"[\x20-\x7e]*")
_SECURE = "https://localhost/oauth2"  # Authlib refuses http by itself; here the operator says how this is reached


class InvalidTargetError(OAuth2Error):  # type: ignore[misc]  # Authlib has no types
    """RFC 8707, 2: the resource is not one of this server's."""

    error = "invalid_target"
    description = "resource must be one of those that this server has, and the same as was consented to."


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that may be consented to. redirect_uri: where its answer goes; scopes: those that are offered."""

    client: Client
    scopes: tuple[str, ...]
    audience: str
    redirect_uri: str
    grant: Any
    request: Any


@dataclass(frozen=True, slots=True)
class Given:
    """A person's yes."""

    member_id: str
    scopes: Sequence[str]
    policy: ApprovalPolicy


class _Payload(OAuth2Payload):  # type: ignore[misc]  # Authlib has no types
    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        self._lists: defaultdict[str, list[str]] = defaultdict(list)
        for name, value in pairs:
            self._lists[name].append(value)

    @property
    def data(self) -> dict[str, str]:
        return {name: values[0] for name, values in self._lists.items()}

    @property
    def datalist(self) -> defaultdict[str, list[str]]:
        return self._lists


class _Request(OAuth2Request):  # type: ignore[misc]  # Authlib has no types
    def __init__(self, method: str, pairs: Sequence[tuple[str, str]], headers: dict[str, str]) -> None:
        super().__init__(method, _SECURE, headers=headers)
        self.payload = _Payload(pairs)

    @property
    def args(self) -> dict[str, str]:
        return dict(self.payload.data)

    @property
    def form(self) -> dict[str, str]:
        return dict(self.payload.data)


class _Client(ClientMixin):  # type: ignore[misc]  # Authlib has no types
    def __init__(self, own: Client, role: str) -> None:
        self.own = own
        self._role = role

    def get_client_id(self) -> str:
        return self.own.client_id

    def get_default_redirect_uri(self) -> str | None:
        return self.own.redirect_uris[0] if len(self.own.redirect_uris) == 1 else None

    def get_allowed_scope(self, scope: str | None) -> str | None:
        return " ".join(operations.offered(self.own, self._role, scope or "")) or None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return self.own.takes(redirect_uri)

    def check_client_secret(self, client_secret: str) -> bool:
        return operations.is_secret_of(self.own, client_secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return (method == "none") == self.own.is_public

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in ("authorization_code", "refresh_token")


class _Code:
    """A code as Authlib asks it."""

    code_challenge_method = "S256"

    def __init__(self, row: CodeRow) -> None:
        self.row = row
        self.code_challenge = row.code_challenge

    def get_redirect_uri(self) -> str:
        return self.row.redirect_uri

    def get_scope(self) -> str:
        return self.row.scopes


class _Token(TokenMixin):  # type: ignore[misc]  # Authlib has no types
    """A token of either kind as Authlib asks it."""

    def __init__(self, row: RefreshRow | CredentialRow) -> None:
        self.row = row

    def check_client(self, client: _Client) -> bool:
        owner = self.row.client_id if isinstance(self.row, RefreshRow) else self.row.oauth_client_id
        return owner == client.own.client_id

    def get_scope(self) -> str:
        return self.row.scopes


class _Pkce(CodeChallenge):  # type: ignore[misc]  # Authlib has no types
    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: Any, redirect_uri: object) -> None:
        data = grant.request.payload.data
        super().validate_code_challenge(grant, redirect_uri)
        if not data.get("code_challenge"):
            if grant.request.client.own.is_public:
                raise InvalidRequestError("A public client must send code_challenge (RFC 7636).")
        elif data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("code_challenge_method must be S256.")


class _Resource:
    """RFC 8707: what the tokens are for is said when they are asked for, and cannot change afterwards."""

    def __call__(self, grant: Any) -> None:
        grant.register_hook("after_validate_authorization_request_payload", self.at_authorization)
        grant.register_hook("after_validate_token_request", self.at_token)

    def at_authorization(self, grant: Any, _result: object) -> None:
        resources: Resources = grant.server.resources
        named = {resources.named(uri) for uri in grant.request.payload.datalist.get("resource", [])} or {resources.api}
        found = named.pop()
        if found is None or named:
            raise InvalidTargetError()
        grant.request.audience = found

    def at_token(self, grant: Any, _result: object) -> None:
        check_audience(grant, grant.request.authorization_code.row.audience)


def check_audience(grant: Any, audience: str) -> None:
    """Raises InvalidTargetError when a token request names another resource than was consented to."""
    for uri in grant.request.payload.datalist.get("resource", []):
        if grant.server.resources.named(uri) != audience:
            raise InvalidTargetError()


class _CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]  # Authlib has no types
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    def create_authorization_response(self, redirect_uri: str, grant_user: Given | None) -> Any:
        if not grant_user:
            return super().create_authorization_response(redirect_uri, None)
        data, offered = self.request.payload.data, self.request.scope.split()
        made = operations.consent(
            self.server.desk.writing,
            Consent(
                client=self.request.client.own,
                member_id=grant_user.member_id,
                scopes=[scope for scope in offered if scope in grant_user.scopes],
                policy=grant_user.policy,
                audience=self.request.audience,
                redirect_uri=data.get("redirect_uri", ""),
                code_challenge=data.get("code_challenge", ""),
                nonce=data.get("nonce", "")[:255],
            ),
        )
        told = [("code", made), *((("state", data["state"]),) if data.get("state") else ())]
        return 302, "", [("Location", add_params_to_uri(redirect_uri, told))]

    def query_authorization_code(self, code: str, client: _Client) -> _Code | None:
        desk = self.server.desk
        row = operations.code(desk.conn, code)
        if row is None or row.client_id != client.own.client_id:
            return None
        if row.used_at:
            operations.use_code(desk.writing, row)
            return None
        return _Code(row) if row.expires_at > desk.writing.timestamp else None

    def authenticate_user(self, authorization_code: _Code) -> Family | None:
        writing = self.server.desk.writing
        if not operations.use_code(writing, authorization_code.row):
            return None
        return operations.family(writing, authorization_code.row, self.request.client.own)

    def delete_authorization_code(self, authorization_code: _Code) -> None:
        """It was spent before the tokens were made."""

    def create_token_response(self) -> Any:
        status, token, headers = super().create_token_response()
        if rules.OPENID in token["scope"].split():
            desk, row = self.server.desk, self.request.authorization_code.row
            token["id_token"] = oauth_identity.id_token(
                desk.writing, self.server.resources.base_url, self.request.user, row.nonce, token["access_token"]
            )
        return status, token, headers


class _RefreshGrant(RefreshTokenGrant):  # type: ignore[misc]  # Authlib has no types
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True

    def validate_token_request(self) -> None:
        super().validate_token_request()
        check_audience(self, self.request.refresh_token.row.audience)

    def authenticate_refresh_token(self, refresh_token: str) -> _Token | None:
        desk = self.server.desk
        row = operations.refresh_token(desk.conn, refresh_token)
        if row is None:
            return None
        # Somebody else's client learns nothing, and ends nothing.
        is_own = row.client_id == self.request.client.own.client_id
        return _Token(row) if is_own and operations.may_refresh(desk.writing, row) else None

    def authenticate_user(self, refresh_token: _Token) -> Family:
        row: Any = refresh_token.row
        found = operations.family(self.server.desk.writing, row, self.request.client.own)
        if found is None:
            raise InvalidGrantError("The person who consented is no member any more.")
        return found

    def revoke_old_credential(self, refresh_token: _Token) -> None:
        """It was replaced when the new one was made, and lives a minute longer."""


class _Revocation(RevocationEndpoint):  # type: ignore[misc]  # Authlib has no types
    CLIENT_AUTH_METHODS = METHODS

    def check_params(self, request: Any, client: _Client) -> None:
        if "token" not in request.form:
            raise InvalidRequestError("Missing 'token' in request.")  # a hint that is unknown is of no consequence

    def query_token(self, token_string: str, token_type_hint: str | None) -> _Token | None:
        conn = self.server.desk.conn
        row = operations.refresh_token(conn, token_string) or operations.access_token(conn, token_string)
        return _Token(row) if row else None

    def revoke_token(self, token: _Token, request: Any) -> None:
        writing, row = self.server.desk.writing, token.row
        if isinstance(row, RefreshRow):
            operations.revoke_family(writing, row.family_id, "revoked_by_client")
        else:
            operations.revoke_access_token(writing, row)


class _Issuer(IssuerParameter):  # type: ignore[misc]  # Authlib has no types
    def __init__(self, server: _Server) -> None:
        self._issuer = server.resources.base_url
        self(server)

    def __call__(self, server: _Server) -> None:
        server.register_hook("after_create_authorization_response", self.add_issuer_parameter)

    def get_issuer(self) -> str:
        return self._issuer


class _Server(AuthorizationServer):  # type: ignore[misc]  # Authlib has no types
    def __init__(self, desk: Desk, resources: Resources) -> None:
        super().__init__()
        self.desk = desk
        self.resources = resources
        self.issuer = _Issuer(self)
        self.register_grant(_CodeGrant, [_Pkce(required=True), _Resource()])
        self.register_grant(_RefreshGrant)
        self.register_endpoint(_Revocation)

    def query_client(self, client_id: str) -> _Client | None:
        return self.desk.client(client_id)

    def generate_token(
        self, grant_type: str, client: _Client, user: Family, scope: str, expires_in: int | None = None,
        include_refresh_token: bool = True,
    ) -> dict[str, Any]:  # fmt: skip
        writing = self.desk.writing
        return {
            "access_token": writing.new_secret(),
            "token_type": "Bearer",
            "expires_in": int(rules.ACCESS_LIFE.total_seconds()),
            "scope": operations.still_allowed(user, scope),
        }

    def save_token(self, token: dict[str, Any], request: Any) -> None:
        writing, of = self.desk.writing, request.user
        operations.issue_access_token(writing, of, token["access_token"], token["scope"])
        replaced = request.refresh_token.row if request.refresh_token else None
        consented = replaced.scopes if replaced else request.authorization_code.row.scopes
        if rules.OFFLINE in consented.split():
            token["refresh_token"] = writing.new_secret()
            operations.issue_refresh_token(writing, of, token["refresh_token"], consented, replaced)

    def create_oauth2_request(self, request: Any) -> Any:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> Answer:
        return Answer(status, body, dict(headers))

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""


class Desk:
    """Serves one request. work: where something may be written; without one, on conn, nothing is found to write to.

    role: of the person who is asked; organization_id: theirs, for a client may belong to one organization alone.
    """

    def __init__(
        self, resources: Resources, conn: Connection, work: Work | None = None, *, role: str = "owner",
        organization_id: str | None = None,
    ) -> None:  # fmt: skip
        self.conn = conn
        self._work = work
        self._role = role
        self._organization_id = organization_id
        self._server = _Server(self, resources)

    @property
    def writing(self) -> Work:
        if self._work is None:
            raise RuntimeError("nothing is written at this desk")
        return self._work

    def client(self, client_id: str) -> _Client | None:
        """The client with this id, if this person's organization may use it."""
        found = operations.client(self.conn, client_id)
        own = (None, "", found.organization_id) if found else ()
        if found is None or (found.organization_id and self._organization_id not in own):
            return None
        return _Client(found, self._role)

    def asked(self, pairs: Sequence[tuple[str, str]]) -> Asked | Answer:
        """An authorization request that may be consented to; else its answer: a redirect only to a proven client."""
        request = _Request("GET", pairs, {})
        try:
            _check_form(request)
            grant = self._server.get_consent_grant(request)
        except OAuth2Error as error:
            answer: Answer = self._server.handle_error_response(request, error)
            self._server.issuer.add_issuer_parameter(self._server, answer)
            return answer
        scopes = tuple(request.scope.split())
        return Asked(request.client.own, scopes, request.audience, grant.redirect_uri, grant, request)

    def answered(self, asked: Asked, given: Given | None) -> Answer:
        """The answer to the client, of which a person said yes or (None) no."""
        answer: Answer = self._server.create_authorization_response(asked.request, given, asked.grant)
        return answer

    def refused(self, asked: Asked, error: str, description: str) -> Answer:
        """The answer to the client where nobody was asked."""
        problem = OAuth2Error(
            description, error=error, redirect_uri=asked.redirect_uri, state=asked.request.payload.state
        )
        answer: Answer = self._server.handle_error_response(asked.request, problem)
        self._server.issuer.add_issuer_parameter(self._server, answer)
        return answer

    def token(self, pairs: Sequence[tuple[str, str]], headers: dict[str, str]) -> Answer:
        """The answer of the token endpoint."""
        return self._posted(pairs, headers, self._server.create_token_response)

    def revocation(self, pairs: Sequence[tuple[str, str]], headers: dict[str, str]) -> Answer:
        """The answer of the revocation endpoint."""
        return self._posted(
            pairs, headers, lambda request: self._server.create_endpoint_response("revocation", request)
        )

    def _posted(self, pairs: Sequence[tuple[str, str]], headers: dict[str, str], answer: Any) -> Answer:
        # The older spellings of scopes mean the newer, also where a refresh names what it wants of them.
        plain = [(name, _scope(value) if name == "scope" else value) for name, value in pairs]
        request = _Request("POST", plain, {"Authorization": _readable(headers.get("Authorization", ""))})
        try:
            _check_form(request)
        except OAuth2Error as error:
            return self._server.handle_error_response(request, error)  # type: ignore[no-any-return]  # Authlib has no types
        return answer(request)  # type: ignore[no-any-return]  # Authlib has no types


def has_valid_claims(metadata: dict[str, Any]) -> bool:
    """Whether a client's metadata is as RFC 7591, 2, has it: its addresses are such, its lists are lists."""
    try:
        ClientMetadataClaims(dict(metadata), {}).validate()
    except JoseError:
        return False
    return True


def _readable(authorization: str) -> str:
    """The header itself; "" for one that Authlib fails at, since it holds no text."""
    proof = authorization.partition(" ")[2].strip()
    try:
        return authorization if base64.b64decode(proof, validate=True).decode() else ""
    except ValueError:
        return ""


def _scope(text: str) -> str:
    return " ".join(scope_names.ALIASES.get(scope, scope) for scope in text.split())


def _check_form(request: _Request) -> None:
    """RFC 6749, 3.1 and 3.2: no parameter twice; and none that cannot be quoted in an error."""
    lists = request.payload.datalist
    for name, values in lists.items():
        if len(values) > 1 and name != "resource":
            raise InvalidRequestError("A parameter was sent more than once.")
    for name in _QUOTED:
        if not all(_QUOTABLE.fullmatch(value) for value in lists.get(name, [])):
            raise InvalidRequestError(f"{name} holds characters that it cannot have.")
    if not _STATE.fullmatch(request.payload.state or ""):
        raise InvalidRequestError("state holds characters that it cannot have.")
