"""OAuth scopes, in the API's own spelling: one plural read, one singular write."""

from __future__ import annotations

from functools import lru_cache

ORGANIZATION_READ = "organization.read"
ORGANIZATION_WRITE = "organization.write"  # ours: the API itself cannot change an organization
CLIENT_READ = "client.read"
CLIENT_WRITE = "client.write"
CLIENT_INVOICES_READ = "client_invoices.read"
CLIENT_INVOICE_WRITE = "client_invoice.write"
ATTACHMENT_READ = "attachment.read"
ATTACHMENT_WRITE = "attachment.write"
SUPPLIER_INVOICE_READ = "supplier_invoice.read"
SUPPLIER_INVOICE_WRITE = "supplier_invoice.write"
PRODUCT_READ = "product.read"
PRODUCT_WRITE = "product.write"
EINVOICING_READ = "einvoicing.read"
WEBHOOK = "webhook"

ALL_SCOPES = frozenset(
    {
        "offline_access", "openid", ORGANIZATION_READ, ORGANIZATION_WRITE, CLIENT_READ, CLIENT_WRITE,
        CLIENT_INVOICES_READ, CLIENT_INVOICE_WRITE, SUPPLIER_INVOICE_READ, SUPPLIER_INVOICE_WRITE, PRODUCT_READ,
        PRODUCT_WRITE, ATTACHMENT_READ, ATTACHMENT_WRITE, EINVOICING_READ, WEBHOOK, "payment_link.read",
        "payment_link.write",
    }
)  # fmt: skip

# Older pages of the API's documentation print these; a token that carries one means the other.
ALIASES = {"client_invoices.write": CLIENT_INVOICE_WRITE, "client_invoice.read": CLIENT_INVOICES_READ}


@lru_cache(maxsize=256)
def granted(scopes: frozenset[str]) -> frozenset[str]:
    """`scopes` with the older spellings read as what they mean."""
    return frozenset(ALIASES.get(scope, scope) for scope in scopes)
