"""People and their sessions, OAuth, approvals, uploads to come; credentials that know their policy and audience."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_approvals()
    _make_members()
    _make_oauth_clients()
    _make_oauth_codes()
    _make_oauth_refresh_tokens()
    _make_pending_uploads()
    _make_sessions()
    _make_sign_in_links()
    _extend_credentials()


def _make_approvals() -> None:
    op.create_table(
        "approvals",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=43), nullable=False, comment="random: it cannot be guessed"),
        sa.Column("credential_id", sa.String(length=36), nullable=False, comment="who asked: nobody else can spend it"),
        sa.Column("principal", sa.String(length=120), nullable=False, comment="the same, in words"),
        sa.Column(
            "fingerprint",
            sa.String(length=64),
            nullable=False,
            comment="SHA-256 of what was asked, by whom, of which version",
        ),
        sa.Column(
            "acts", sa.Text(), nullable=False, comment="what would be done, as JSON: act, document, version, amount"
        ),
        sa.Column("method", sa.String(length=8), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False, comment="the arguments as they were sent"),
        sa.Column("summary", sa.Text(), nullable=False, comment="in plain words"),
        sa.Column("preview", sa.Text(), nullable=False, comment="the answer that the act would give, as JSON"),
        sa.Column("state", sa.String(length=10), nullable=False, comment="pending, approved, declined, spent"),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("expires_at", sa.String(length=24), nullable=False),
        sa.Column("decided_at", sa.String(length=24), nullable=True),
        sa.Column(
            "decided_by",
            sa.String(length=120),
            nullable=False,
            comment="the person, or the way: member, terminal, elicitation",
        ),
        sa.Column("spent_at", sa.String(length=24), nullable=True),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_approvals")),
    )
    op.create_index(
        op.f("ix_approvals_organization_id_fingerprint"), "approvals", ["organization_id", "fingerprint"], unique=False
    )
    op.create_index(
        op.f("ix_approvals_organization_id_state_expires_at"),
        "approvals",
        ["organization_id", "state", "expires_at"],
        unique=False,
    )


def _make_members() -> None:
    op.create_table(
        "members",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column(
            "email", sa.String(length=254), nullable=False, comment="lower case; one person may be a member of several"
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False, comment="owner, admin, accountant, agent"),
        sa.Column("password_hash", sa.Text(), nullable=False, comment="argon2id; empty until one is chosen"),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("disabled_at", sa.String(length=24), nullable=True),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_members")),
        sa.UniqueConstraint("organization_id", "email", name=op.f("uq_members_organization_id_email")),
    )
    op.create_index(op.f("ix_members_email"), "members", ["email"], unique=False)


def _make_oauth_clients() -> None:
    op.create_table(
        "oauth_clients",
        sa.Column("client_id", sa.Text(), nullable=False, comment="ours, or the https URL of a client's own document"),
        sa.Column("organization_id", sa.String(length=36), nullable=False, comment="empty when it registered itself"),
        sa.Column("kind", sa.String(length=12), nullable=False, comment="manual, registered, document"),
        sa.Column("secret_hash", sa.String(length=64), nullable=False, comment="empty for public clients"),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "document", sa.Text(), nullable=False, comment="its metadata as JSON: redirect_uris, scope, client_uri, …"
        ),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column(
            "fetched_at", sa.String(length=24), nullable=True, comment="when the client's own document was read last"
        ),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_oauth_clients")),
    )


def _make_oauth_codes() -> None:
    op.create_table(
        "oauth_codes",
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False, comment="space separated"),
        sa.Column("policy", sa.String(length=40), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column(
            "code_challenge",
            sa.String(length=128),
            nullable=False,
            comment="S256; empty where a confidential client sent none",
        ),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("expires_at", sa.String(length=24), nullable=False),
        sa.Column("used_at", sa.String(length=24), nullable=True),
        sa.Column(
            "family_id",
            sa.String(length=36),
            nullable=False,
            comment="of the tokens it gave: used twice, all are revoked",
        ),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_oauth_codes")),
    )


def _make_oauth_refresh_tokens() -> None:
    op.create_table(
        "oauth_refresh_tokens",
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("family_id", sa.String(length=36), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("policy", sa.String(length=40), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("expires_at", sa.String(length=24), nullable=False),
        sa.Column(
            "replaced_at",
            sa.String(length=24),
            nullable=True,
            comment="it lives 60 s longer; used later, the family ends",
        ),
        sa.Column("revoked_at", sa.String(length=24), nullable=True),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_oauth_refresh_tokens")),
    )
    op.create_index(
        op.f("ix_oauth_refresh_tokens_organization_id_family_id"),
        "oauth_refresh_tokens",
        ["organization_id", "family_id"],
        unique=False,
    )


def _make_pending_uploads() -> None:
    op.create_table(
        "pending_uploads",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("blob_ref", sa.String(length=43), nullable=False),
        sa.Column("credential_id", sa.String(length=36), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("content_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="of what arrived; 0 until then"),
        sa.Column("sha256", sa.String(length=64), nullable=False, comment="of what arrived; empty until then"),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("expires_at", sa.String(length=24), nullable=False),
        sa.Column("used_at", sa.String(length=24), nullable=True),
        sa.PrimaryKeyConstraint("organization_id", "blob_ref", name=op.f("pk_pending_uploads")),
    )


def _make_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("secret_hash", sa.String(length=64), nullable=False, comment="of the cookie"),
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("expires_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_sessions")),
    )
    op.create_index(
        op.f("ix_sessions_organization_id_member_id"), "sessions", ["organization_id", "member_id"], unique=False
    )


def _make_sign_in_links() -> None:
    op.create_table(
        "sign_in_links",
        sa.Column("secret_hash", sa.String(length=64), nullable=False, comment="of the token in the one-time link"),
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("expires_at", sa.String(length=24), nullable=False),
        sa.Column("used_at", sa.String(length=24), nullable=True),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_sign_in_links")),
    )
    op.create_index(
        op.f("ix_sign_in_links_organization_id_member_id"),
        "sign_in_links",
        ["organization_id", "member_id"],
        unique=False,
    )


def _extend_credentials() -> None:
    op.add_column(
        "credentials",
        sa.Column(
            "id", sa.String(length=36), server_default=sa.text("''"), nullable=False, comment="names it in lists"
        ),
    )
    op.add_column(
        "credentials",
        sa.Column(
            "policy",
            sa.String(length=40),
            server_default="never",
            nullable=False,
            comment="ApprovalPolicy: never, above:N, always",
        ),
    )
    op.add_column(
        "credentials",
        sa.Column(
            "audience",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="RFC 8707: where it is taken; empty: everywhere",
        ),
    )
    op.add_column(
        "credentials", sa.Column("member_id", sa.String(length=36), nullable=True, comment="for whom it acts")
    )
    op.add_column("credentials", sa.Column("oauth_client_id", sa.Text(), nullable=True))
    op.add_column(
        "credentials", sa.Column("family_id", sa.String(length=36), nullable=True, comment="OAuth: revoked together")
    )
    op.create_index(
        op.f("ix_credentials_organization_id_family_id"), "credentials", ["organization_id", "family_id"], unique=False
    )
    # Credentials of before get a name for lists: the first half of their hash, which tells nothing of the secret.
    op.execute("UPDATE credentials SET id = substr(secret_hash, 1, 32) WHERE id = ''")
