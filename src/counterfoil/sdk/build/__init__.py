"""One function a call of the API: it builds the request, and the request knows how to read its answer."""

from __future__ import annotations

from counterfoil.sdk.build.attachment_uploads import *  # noqa: F403  # each module has nothing else that is public
from counterfoil.sdk.build.automation import *  # noqa: F403  # the same
from counterfoil.sdk.build.client_invoices import *  # noqa: F403  # the same
from counterfoil.sdk.build.clients import *  # noqa: F403  # the same
from counterfoil.sdk.build.compliance import *  # noqa: F403  # the same
from counterfoil.sdk.build.credit_notes import *  # noqa: F403  # the same
from counterfoil.sdk.build.document_files import *  # noqa: F403  # the same
from counterfoil.sdk.build.organization import *  # noqa: F403  # the same
from counterfoil.sdk.build.products import *  # noqa: F403  # the same
from counterfoil.sdk.build.quotes import *  # noqa: F403  # the same
from counterfoil.sdk.build.supplier_invoices import *  # noqa: F403  # the same
from counterfoil.sdk.build.webhooks import *  # noqa: F403  # the same
