"""The tables. Primary keys begin with organization_id; timestamps are UTC texts of fixed width, so they sort as text.

Not partitioned by organization, as they are looked up before it is known: public_links, credentials, jobs,
instance_secrets.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

UNPAID = "status = 'unpaid' AND NOT imported"

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

organizations = Table(
    "organizations",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("slug", String(80), nullable=False, unique=True),
    Column("profile", Text, nullable=False, comment="OrganizationProfile as JSON"),
    Column("seq_last", BigInteger, nullable=False, comment="the last sequence number handed out to a document"),
    Column("created_at_last", String(24), nullable=False, comment="no document is created before this: clocks jump"),
    Column("created_at", String(24), nullable=False),
    Column("updated_at", String(24), nullable=False),
    Column("journal_position", BigInteger, nullable=False, server_default=text("0"), comment="of its newest entry"),
    Column("journal_hash", String(64), nullable=False, server_default="0" * 64, comment="of that entry: the head"),
)

bank_accounts = Table(
    "bank_accounts",
    metadata,
    Column("organization_id", String(36), nullable=False),
    Column("id", String(36), nullable=False),
    Column("iban", String(34), nullable=False),
    Column("is_main", Boolean, nullable=False),
    Column("status", String(10), nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("body", Text, nullable=False, comment="BankAccount as JSON"),
    PrimaryKeyConstraint("organization_id", "id"),
    UniqueConstraint("organization_id", "iban"),
)

clients = Table(
    "clients",
    metadata,
    Column("organization_id", String(36), nullable=False),
    Column("id", String(36), nullable=False),
    Column("search_name", Text, nullable=False, comment="the display name without accents or case"),
    Column("email", Text, nullable=False, comment="lower case"),
    Column("vat_number", Text, nullable=False, comment="lower case"),
    Column("tax_identification_number", Text, nullable=False, comment="lower case"),
    Column("created_at", String(24), nullable=False),
    Column("updated_at", String(24), nullable=False),
    Column("body", Text, nullable=False, comment="Client as JSON"),
    PrimaryKeyConstraint("organization_id", "id"),
    Index(None, "organization_id", "search_name", "id"),
    Index(None, "organization_id", "created_at", "id"),
    Index(None, "organization_id", "updated_at", "id"),
    Index(None, "organization_id", "email"),
    Index(None, "organization_id", "vat_number"),
    Index(None, "organization_id", "tax_identification_number"),
)

products = Table(
    "products",
    metadata,
    Column("organization_id", String(36), nullable=False),
    Column("id", String(36), nullable=False),
    Column("type", String(10), nullable=False, comment="good or service"),
    Column("search_title", Text, nullable=False, comment="the title without accents or case"),
    Column("created_at", String(24), nullable=False),
    Column("updated_at", String(24), nullable=False),
    Column("body", Text, nullable=False, comment="Product as JSON"),
    PrimaryKeyConstraint("organization_id", "id"),
    Index(None, "organization_id", "search_title", "id"),
    Index(None, "organization_id", "created_at", "id"),
)

client_invoices = Table(
    "client_invoices",
    metadata,
    Column("organization_id", String(36), nullable=False),
    Column("id", String(36), nullable=False),
    Column("seq", BigInteger, nullable=False, comment="dense order of creation within the organization"),
    Column("status", String(20), nullable=False),
    Column("imported", Boolean, nullable=False),
    Column("number", String(40), nullable=True),
    Column("client_id", String(36), nullable=False),
    Column("issue_date", String(10), nullable=False),
    Column("due_date", String(10), nullable=False),
    Column("total_amount_cents", BigInteger, nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("updated_at", String(24), nullable=False),
    Column("finalized_at", String(24), nullable=True),
    Column("public_token", String(43), nullable=False),
    Column("version", Integer, nullable=False, comment="counts the document's changes"),
    Column("schema_version", Integer, nullable=False, comment="of the two texts; upgrade functions bring old ones up"),
    Column("frozen", Text, nullable=False, comment="the document itself; closed once finalized_at is set"),
    Column("live", Text, nullable=False, comment="status and what follows it; keys disjoint from frozen"),
    PrimaryKeyConstraint("organization_id", "id"),
    UniqueConstraint("organization_id", "seq"),
    UniqueConstraint("organization_id", "number"),
    Index(None, "organization_id", "imported", "seq"),
    Index(None, "organization_id", "imported", "status", "seq"),
    Index(None, "organization_id", "client_id", "seq"),
    # These cover a list's filter by day or time of change: matches are counted and put in order from the index alone.
    Index("ix_client_invoices_due", "organization_id", "imported", "due_date", "status", "seq"),
    Index("ix_client_invoices_updated", "organization_id", "imported", "updated_at", "status", "seq"),
    # What a client may be reminded of, however much it has paid. Queries must say it in the same words.
    Index(
        "ix_client_invoices_unpaid_of_client", "organization_id", "client_id", "due_date", "id",
        sqlite_where=text(UNPAID), postgresql_where=text(UNPAID),
    ),
)  # fmt: skip

credit_notes = Table(
    "credit_notes",
    metadata,
    Column("organization_id", String(36), nullable=False),
    Column("id", String(36), nullable=False),
    Column("seq", BigInteger, nullable=False, comment="dense order of creation within the organization"),
    Column("status", String(20), nullable=False, comment="issued: a credit note has no other"),
    Column("number", String(40), nullable=True),
    Column("client_id", String(36), nullable=False),
    Column("invoice_id", String(36), nullable=False),
    Column("issue_date", String(10), nullable=False),
    Column("total_amount_cents", BigInteger, nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("updated_at", String(24), nullable=False),
    Column("finalized_at", String(24), nullable=True),
    Column("public_token", String(43), nullable=False),
    Column("version", Integer, nullable=False),
    Column("schema_version", Integer, nullable=False),
    Column("frozen", Text, nullable=False),
    Column("live", Text, nullable=False),
    PrimaryKeyConstraint("organization_id", "id"),
    UniqueConstraint("organization_id", "seq"),
    UniqueConstraint("organization_id", "number"),
    Index(None, "organization_id", "invoice_id", "seq"),
    Index(None, "organization_id", "client_id", "seq"),
)

quotes = Table(
    "quotes",
    metadata,
    Column("organization_id", String(36), nullable=False),
    Column("id", String(36), nullable=False),
    Column("seq", BigInteger, nullable=False, comment="dense order of creation within the organization"),
    Column("status", String(20), nullable=False),
    Column("number", String(40), nullable=True),
    Column("client_id", String(36), nullable=False),
    Column("issue_date", String(10), nullable=False),
    Column("expiry_date", String(10), nullable=False),
    Column("is_sent", Boolean, nullable=False),
    Column("total_amount_cents", BigInteger, nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("updated_at", String(24), nullable=False),
    Column("finalized_at", String(24), nullable=True, comment="accepted or declined: closed from then on"),
    Column("public_token", String(43), nullable=False),
    Column("version", Integer, nullable=False),
    Column("schema_version", Integer, nullable=False),
    Column("frozen", Text, nullable=False),
    Column("live", Text, nullable=False),
    PrimaryKeyConstraint("organization_id", "id"),
    UniqueConstraint("organization_id", "seq"),
    UniqueConstraint("organization_id", "number"),
    Index(None, "organization_id", "status", "seq"),
    Index(None, "organization_id", "client_id", "seq"),
)

deposit_uses = Table(
    "deposit_uses",
    metadata,
    Column("organization_id", String(36), nullable=False),
    Column("deposit_id", String(36), nullable=False, comment="a deposit invoice; deducted once at most"),
    Column("balance_id", String(36), nullable=False, comment="the balance invoice that deducts it, draft or issued"),
    PrimaryKeyConstraint("organization_id", "deposit_id"),
    Index(None, "organization_id", "balance_id"),
)

list_counts = Table(
    "list_counts",
    metadata,
    Column("organization_id", String(36), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("status", String(20), nullable=False),
    Column("imported", Boolean, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("blocks", LargeBinary, nullable=False, comment="uint32 counts, one per 2,048 of seq"),
    PrimaryKeyConstraint("organization_id", "kind", "status", "imported"),
)

counters = Table(
    "counters",
    metadata,
    Column("organization_id", String(36), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("year", Integer, nullable=False),
    Column("first_value", BigInteger, nullable=False, comment="where the series begins: smaller ones are not gaps"),
    Column("next_value", BigInteger, nullable=False),
    Column("last_issue_date", String(10), nullable=False, comment="of the newest number, to warn of backdating"),
    PrimaryKeyConstraint("organization_id", "kind", "year"),
)

attachments = Table(
    "attachments",
    metadata,
    Column("organization_id", String(36), nullable=False),
    Column("id", String(36), nullable=False),
    Column("file_name", String(255), nullable=False),
    Column("content_type", String(100), nullable=False),
    Column("size", BigInteger, nullable=False, comment="bytes"),
    Column("sha256", String(64), nullable=False, comment="also the blob's key"),
    Column("document_kind", String(20), nullable=True),
    Column("document_id", String(36), nullable=True),
    Column("created_at", String(24), nullable=False),
    PrimaryKeyConstraint("organization_id", "id"),
    Index(None, "organization_id", "document_id"),
)

emails = Table(
    "emails",
    metadata,
    Column("organization_id", String(36), nullable=False),
    Column("id", String(36), nullable=False),
    Column("document_kind", String(20), nullable=False),
    Column("document_id", String(36), nullable=False),
    Column("status", String(10), nullable=False, comment="queued, sent or failed"),
    Column("request", Text, nullable=False, comment="who, title, body: JSON"),
    Column("attempts", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("sent_at", String(24), nullable=True),
    PrimaryKeyConstraint("organization_id", "id"),
    Index(None, "organization_id", "document_id"),
)

idempotency_records = Table(
    "idempotency_records",
    metadata,
    Column("organization_id", String(36), nullable=False),
    Column("key", String(255), nullable=False),
    Column("fingerprint", String(64), nullable=False, comment="SHA-256 of method, path and body"),
    Column("status_code", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", String(24), nullable=False),
    PrimaryKeyConstraint("organization_id", "key"),
)

public_links = Table(
    "public_links",
    metadata,
    Column("token", String(43), primary_key=True),
    Column("organization_id", String(36), nullable=False),
    Column("document_kind", String(20), nullable=False),
    Column("document_id", String(36), nullable=False),
)

credentials = Table(
    "credentials",
    metadata,
    Column("secret_hash", String(64), primary_key=True, comment="SHA-256 of a 256-bit random secret"),
    Column("organization_id", String(36), nullable=False),
    Column("login", String(80), nullable=True, comment="set for API keys (login:secret), null for bearer tokens"),
    Column("name", String(80), nullable=False),
    Column("scopes", Text, nullable=False, comment="space separated"),
    Column("created_at", String(24), nullable=False),
    Column("expires_at", String(24), nullable=True),
    Column("revoked_at", String(24), nullable=True),
    Column("id", String(36), nullable=False, server_default=text("''"), comment="names it in lists"),
    Column(
        "policy", String(40), nullable=False, server_default="never", comment="ApprovalPolicy: never, above:N, always"
    ),
    Column(
        "audience",
        Text,
        nullable=False,
        server_default=text("''"),
        comment="RFC 8707: where it is taken; empty: everywhere",
    ),
    Column("member_id", String(36), nullable=True, comment="for whom it acts"),
    Column("oauth_client_id", Text, nullable=True),
    Column("family_id", String(36), nullable=True, comment="OAuth: revoked together"),
    Index(None, "organization_id", "family_id"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("organization_id", String(36), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("payload", Text, nullable=False),
    Column("run_at", String(24), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("claimed_until", String(24), nullable=True),
    Column("error", Text, nullable=False),
    Column("is_dead", Boolean, nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("crashes", Integer, nullable=False, server_default=text("0"), comment="processes that died while it ran"),
    Column("claimed_by", String(36), nullable=True, comment="the process that holds it until claimed_until"),
    Index(None, "kind", "is_dead", "run_at"),
)

webhook_subscriptions = Table(
    "webhook_subscriptions",
    metadata,
    Column("organization_id", String(36), nullable=False),
    Column("id", String(36), nullable=False),
    Column("principal", String(120), nullable=False, comment="the key or token that made it, and alone sees it"),
    Column("membership_id", String(36), nullable=False),
    Column("callback_url", String(512), nullable=False),
    Column("types", Text, nullable=False, comment="topics, space separated"),
    Column("secret", Text, nullable=False, comment="sealed with a key that is not in this database"),
    Column("description", String(256), nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("updated_at", String(24), nullable=False),
    PrimaryKeyConstraint("organization_id", "id"),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("organization_id", String(36), nullable=False),
    Column("id", String(36), nullable=False),
    Column("subscription_id", String(36), nullable=False),
    Column("type", String(40), nullable=False, comment="the topic"),
    Column("event", String(20), nullable=False),
    Column("document_id", String(36), nullable=False),
    Column("status", String(10), nullable=False, comment="pending, delivered or dead"),
    Column("attempts", Integer, nullable=False),
    Column("response_status", Integer, nullable=True),
    Column("error", Text, nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("last_attempt_at", String(24), nullable=True),
    Column("next_attempt_at", String(24), nullable=True, comment="set while it is pending"),
    Column("delivered_at", String(24), nullable=True),
    Column("body", Text, nullable=False, comment="what is sent, to the byte, at each attempt"),
    PrimaryKeyConstraint("organization_id", "id"),
    Index("ix_webhook_deliveries_in_order", "organization_id", "subscription_id", "created_at"),
    Index("ix_webhook_deliveries_due", "organization_id", "subscription_id", "status", "next_attempt_at"),
    Index(None, "created_at"),
)

supplier_invoices = Table(
    "supplier_invoices",
    metadata,
    Column("organization_id", String(36), nullable=False),
    Column("id", String(36), nullable=False),
    Column("seq", BigInteger, nullable=False, comment="order of creation within the organization"),
    Column("status", String(20), nullable=False),
    Column("source", String(20), nullable=False),
    Column("attachment_id", String(36), nullable=False),
    Column("sha256", String(64), nullable=False, comment="of the file: the same file twice is a duplicate"),
    Column("idempotency_key", String(255), nullable=True, comment="given with the file"),
    Column("number_key", Text, nullable=False, comment="letters and digits of the number alone, '' without one"),
    Column("supplier_key", Text, nullable=False, comment="the supplier's name without accents, case or signs"),
    Column("vat_key", Text, nullable=False, comment="letters and digits of its VAT number alone"),
    Column("search_supplier", Text, nullable=False, comment="names without accents or case"),
    Column("search_number", Text, nullable=False),
    Column("search_file_name", Text, nullable=False),
    Column("iban", String(34), nullable=True),
    Column("issue_date", String(10), nullable=True),
    Column("due_date", String(10), nullable=True),
    Column("payment_date", String(10), nullable=True),
    Column("currency", String(3), nullable=True),
    Column("total_amount_cents", BigInteger, nullable=True),
    Column("payable_amount_cents", BigInteger, nullable=True),
    Column("is_credit_note", Boolean, nullable=False),
    Column("is_non_financial", Boolean, nullable=False),
    Column("has_missing_data", Boolean, nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("updated_at", String(24), nullable=False),
    Column("body", Text, nullable=False, comment="StoredSupplierInvoice as JSON"),
    PrimaryKeyConstraint("organization_id", "id"),
    UniqueConstraint("organization_id", "seq"),
    Index(None, "organization_id", "status", "seq"),
    Index(None, "organization_id", "sha256"),
    Index(None, "organization_id", "idempotency_key"),
    Index(None, "organization_id", "number_key"),
    Index(None, "organization_id", "supplier_key"),
    Index(None, "organization_id", "vat_key"),
    Index(None, "organization_id", "attachment_id"),
    # All that "still unpaid after 60 days" asks for, so that no long text is read to answer it.
    Index(
        "ix_supplier_invoices_due",
        "organization_id",
        "status",
        "due_date",
        "issue_date",
        "created_at",
        "is_credit_note",
        "seq",
    ),
)

client_invoice_imports = Table(
    "client_invoice_imports",
    metadata,
    Column("organization_id", String(36), nullable=False),
    Column("sha256", String(64), nullable=False, comment="of the file: imported again, it is the same invoice"),
    Column("invoice_id", String(36), nullable=False),
    PrimaryKeyConstraint("organization_id", "sha256"),
)

instance_secrets = Table(
    "instance_secrets",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

recurring_invoices = Table(
    "recurring_invoices",
    metadata,
    Column("organization_id", String(36), nullable=False),
    Column("id", String(36), nullable=False),
    Column("client_id", String(36), nullable=False),
    Column("status", String(20), nullable=False),
    Column("next_invoice_date", String(10), nullable=True, comment="null when nothing comes"),
    Column("next_period", Integer, nullable=False, comment="counts from 0 at start_date"),
    Column("invoices_count", Integer, nullable=False),
    Column("last_invoice_id", String(36), nullable=True),
    Column("last_invoice_date", String(10), nullable=True, comment="the period's day of that invoice"),
    Column("retry_at", String(24), nullable=True, comment="not tried before, when the last try failed"),
    Column("failure", Text, nullable=False, comment='RecurringFailure as JSON, "" when the last try went well'),
    Column("created_at", String(24), nullable=False),
    Column("updated_at", String(24), nullable=False),
    Column("asked", Text, nullable=False, comment="NewRecurringInvoice as JSON"),
    Column("terms", Text, nullable=False, comment="RecurringTerms as JSON"),
    PrimaryKeyConstraint("organization_id", "id"),
    Index(None, "organization_id", "client_id"),
    Index(None, "organization_id", "created_at", "id"),
    Index(None, "next_invoice_date", "organization_id"),
    Index(None, "organization_id", "next_invoice_date"),
)

recurring_periods = Table(
    "recurring_periods",
    metadata,
    Column("organization_id", String(36), nullable=False),
    Column("recurring_invoice_id", String(36), nullable=False),
    Column("period_date", String(10), nullable=False),
    Column("invoice_id", String(36), nullable=False),
    PrimaryKeyConstraint("organization_id", "recurring_invoice_id", "period_date"),
)

reminders = Table(
    "reminders",
    metadata,
    Column("organization_id", String(36), nullable=False),
    Column("id", String(36), nullable=False),
    Column("client_id", String(36), nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("updated_at", String(24), nullable=False),
    Column("body", Text, nullable=False, comment="Reminder as JSON"),
    PrimaryKeyConstraint("organization_id", "id"),
    UniqueConstraint("organization_id", "client_id"),
    Index(None, "organization_id", "created_at", "id"),
)

reminder_days = Table(
    "reminder_days",
    metadata,
    Column("organization_id", String(36), nullable=False),
    Column("invoice_id", String(36), nullable=False),
    Column("days", Integer, nullable=False, comment="after the due date, negative before it: names the rule"),
    Column("waits_for", String(10), nullable=True, comment="its day, null once it is decided"),
    Column("outcome", String(10), nullable=False, comment='sent, late (a newer one went instead), failed, ""'),
    Column("email_id", String(36), nullable=True),
    PrimaryKeyConstraint("organization_id", "invoice_id", "days"),
    Index(None, "waits_for", "organization_id"),
    Index(None, "organization_id", "waits_for"),
)
