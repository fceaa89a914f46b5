"""Who a person is, told to a client that asked for `openid`: a token signed with a key of this server's own."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from joserfc import jwt
from joserfc.jwk import ECKey

from counterfoil.domain import oauth as rules
from counterfoil.store import instance

if TYPE_CHECKING:
    from counterfoil.operations.oauth import Family
    from counterfoil.operations.work import Work
    from counterfoil.store.engine import Connection

ALGORITHM = "ES256"
SECRET = "oauth_id_tokens"  # noqa: S105  # its name
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256 (SEC 2, 2.4.2)


def id_token(work: Work, issuer: str, of: Family, nonce: str, access_token: str) -> str:
    """OpenID Connect Core 1.0, 2: who consented, for this client alone; it ends with the access token."""
    now = int(work.now.timestamp())
    key = _key(instance.make_secret(work.conn, SECRET))
    half = hashlib.sha256(access_token.encode()).digest()[:16]  # 3.1.3.6
    claims: dict[str, Any] = {
        "iss": issuer,
        "sub": of.member.id,
        "aud": of.client.client_id,
        "iat": now,
        "exp": now + int(rules.ACCESS_LIFE.total_seconds()),
        "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
        "email": of.member.email,
        "name": of.member.name,
    }
    if nonce:
        claims["nonce"] = nonce
    return jwt.encode({"alg": ALGORITHM, "kid": key.thumbprint()}, claims, key, [ALGORITHM])


def has_key(conn: Connection) -> bool:
    """Whether the key was made."""
    return instance.get_secret(conn, SECRET) is not None


def public_keys(conn: Connection) -> dict[str, Any]:
    """The keys that clients check identity tokens with; `conn` must be one that may write, where none was made yet."""
    key = _key(instance.make_secret(conn, SECRET))
    return {"keys": [key.as_dict(private=False) | {"kid": key.thumbprint(), "use": "sig", "alg": ALGORITHM}]}


@lru_cache(maxsize=4)
def _key(seed: bytes) -> ECKey:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    # 256 random bits are a private key but for one chance in four thousand million, and then are taken round.
    private = ec.derive_private_key(int.from_bytes(seed, "big") % (_ORDER - 1) + 1, ec.SECP256R1())
    return ECKey.import_key(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
