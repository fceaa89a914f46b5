"""WWW-Authenticate: what a caller lacks, and where to get it (RFC 6750, 3; RFC 9728, 5.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from counterfoil import errors
from counterfoil.errors import BillingError

REALM = "counterfoil"
REQUIRED_SCOPE = "required_scope"
# RFC 6749, 5.2: what may stand in a description; what may not is left out.
_UNQUOTABLE = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")


def metadata_url(resource: str) -> str:
    """Where a resource's metadata is: the well-known name stands before the resource's own path."""
    parts = urlsplit(resource)
    return f"{parts.scheme}://{parts.netloc}/.well-known/oauth-protected-resource{parts.path.rstrip('/')}"


def headers(error: BillingError, resource: str, scopes: Iterable[str], *, has_credential: bool) -> dict[str, str]:
    """The challenge of an answer 401, and of a 403 for want of a scope; nothing for any other error.

    scopes: what a token needs here. has_credential: whether one was sent at all; else no error is named.
    """
    fault = error.faults[0]
    if isinstance(error, errors.Unauthorized):
        parts = {"realm": REALM}
        if has_credential:
            parts |= {"error": "invalid_token", "error_description": fault.message}
        wanted = " ".join(scopes)
    elif isinstance(error, errors.Forbidden) and REQUIRED_SCOPE in fault.meta:
        parts = {"realm": REALM, "error": "insufficient_scope", "error_description": fault.message}
        wanted = str(fault.meta[REQUIRED_SCOPE])
    else:
        return {}
    parts |= {"scope": wanted, "resource_metadata": metadata_url(resource)}
    listed = ", ".join(f'{name}="{_UNQUOTABLE.sub("", value)}"' for name, value in parts.items())
    return {"WWW-Authenticate": f"Bearer {listed}"}
