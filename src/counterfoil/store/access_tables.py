"""The tables of people, their sessions, OAuth and approvals, beside those of `tables`.

Not partitioned by organization, because they are looked up before it is known: sessions, sign_in_links,
oauth_clients, oauth_codes, oauth_refresh_tokens, attempts (and credentials). Secrets are kept as SHA-256 only.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, String, Table, Text, UniqueConstraint

from counterfoil.store.tables import metadata

members = Table(
    "members",
    metadata,
    Column("organization_id", String(36), nullable=False),
    Column("id", String(36), nullable=False),
    Column("email", String(254), nullable=False, comment="lower case; one person may be a member of several"),
    Column("name", String(120), nullable=False),
    Column("role", String(12), nullable=False, comment="owner, admin, accountant, agent"),
    Column("password_hash", Text, nullable=False, comment="argon2id; empty until one is chosen"),
    Column("created_at", String(24), nullable=False),
    Column("disabled_at", String(24), nullable=True),
    PrimaryKeyConstraint("organization_id", "id"),
    UniqueConstraint("organization_id", "email"),
    Index(None, "email"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("secret_hash", String(64), primary_key=True, comment="of the cookie"),
    Column("organization_id", String(36), nullable=False),
    Column("member_id", String(36), nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("expires_at", String(24), nullable=False),
    Index(None, "organization_id", "member_id"),
)

sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("secret_hash", String(64), primary_key=True, comment="of the token in the one-time link"),
    Column("organization_id", String(36), nullable=False),
    Column("member_id", String(36), nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("expires_at", String(24), nullable=False),
    Column("used_at", String(24), nullable=True),
    Index(None, "organization_id", "member_id"),
)

approvals = Table(
    "approvals",
    metadata,
    Column("organization_id", String(36), nullable=False),
    Column("id", String(43), nullable=False, comment="random: it cannot be guessed"),
    Column("credential_id", String(36), nullable=False, comment="who asked: nobody else can spend it"),
    Column("principal", String(120), nullable=False, comment="the same, in words"),
    Column("fingerprint", String(64), nullable=False, comment="SHA-256 of what was asked, by whom, of which version"),
    Column("acts", Text, nullable=False, comment="what would be done, as JSON: act, document, version, amount"),
    Column("method", String(8), nullable=False),
    Column("path", Text, nullable=False),
    Column("body", Text, nullable=False, comment="the arguments as they were sent"),
    Column("summary", Text, nullable=False, comment="in plain words"),
    Column("preview", Text, nullable=False, comment="the answer that the act would give, as JSON"),
    Column("state", String(10), nullable=False, comment="pending, approved, declined, spent"),
    Column("created_at", String(24), nullable=False),
    Column("expires_at", String(24), nullable=False),
    Column("decided_at", String(24), nullable=True),
    Column("decided_by", String(120), nullable=False, comment="the person, or the way: member, terminal, elicitation"),
    Column("spent_at", String(24), nullable=True),
    PrimaryKeyConstraint("organization_id", "id"),
    Index(None, "organization_id", "fingerprint"),
    Index(None, "organization_id", "state", "expires_at"),
)

pending_uploads = Table(
    "pending_uploads",
    metadata,
    Column("organization_id", String(36), nullable=False),
    Column("blob_ref", String(43), nullable=False),
    Column("credential_id", String(36), nullable=False),
    Column("file_name", String(255), nullable=False),
    Column("content_type", String(100), nullable=False),
    Column("size", BigInteger, nullable=False, comment="of what arrived; 0 until then"),
    Column("sha256", String(64), nullable=False, comment="of what arrived; empty until then"),
    Column("created_at", String(24), nullable=False),
    Column("expires_at", String(24), nullable=False),
    Column("used_at", String(24), nullable=True),
    PrimaryKeyConstraint("organization_id", "blob_ref"),
)

oauth_clients = Table(
    "oauth_clients",
    metadata,
    Column("client_id", Text, primary_key=True, comment="ours, or the https URL of a client's own document"),
    Column("organization_id", String(36), nullable=False, comment="empty when it registered itself"),
    Column("kind", String(12), nullable=False, comment="manual, registered, document"),
    Column("secret_hash", String(64), nullable=False, comment="empty for public clients"),
    Column("name", String(200), nullable=False),
    Column("document", Text, nullable=False, comment="its metadata as JSON: redirect_uris, scope, client_uri, …"),
    Column("created_at", String(24), nullable=False),
    Column("fetched_at", String(24), nullable=True, comment="when the client's own document was read last"),
)

oauth_codes = Table(
    "oauth_codes",
    metadata,
    Column("secret_hash", String(64), primary_key=True),
    Column("organization_id", String(36), nullable=False),
    Column("client_id", Text, nullable=False),
    Column("member_id", String(36), nullable=False),
    Column("scopes", Text, nullable=False, comment="space separated"),
    Column("policy", String(40), nullable=False),
    Column("audience", Text, nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("code_challenge", String(128), nullable=False, comment="S256; empty where a confidential client sent none"),
    Column("nonce", Text, nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("expires_at", String(24), nullable=False),
    Column("used_at", String(24), nullable=True),
    Column("family_id", String(36), nullable=False, comment="of the tokens it gave: used twice, all are revoked"),
)

oauth_refresh_tokens = Table(
    "oauth_refresh_tokens",
    metadata,
    Column("secret_hash", String(64), primary_key=True),
    Column("organization_id", String(36), nullable=False),
    Column("family_id", String(36), nullable=False),
    Column("client_id", Text, nullable=False),
    Column("member_id", String(36), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("policy", String(40), nullable=False),
    Column("audience", Text, nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("expires_at", String(24), nullable=False),
    Column("replaced_at", String(24), nullable=True, comment="it lives 60 s longer; used later, the family ends"),
    Column("revoked_at", String(24), nullable=True),
    Index(None, "organization_id", "family_id"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("key", String(64), primary_key=True, comment="SHA-256 of what is tried, by whom, from where"),
    Column("times", Integer, nullable=False),
    Column("since", String(24), nullable=False, comment="when the first of them was"),
    Index(None, "since"),
)
