"""/v2/oauth2/consents"""

from __future__ import annotations

from starlette.responses import Response

from counterfoil.domain import scopes
from counterfoil.operations import oauth
from counterfoil.operations.work import Work
from counterfoil.rest.calls import Call
from counterfoil.rest.routing import Route


def revoke_consent(call: Call) -> Response:
    """Revoke the consent that this token came of, and all its tokens"""

    def act(work: Work) -> str:
        oauth.withdraw(work)
        return ""

    return call.write(act, status=204)


ROUTES = (Route("DELETE", "/v2/oauth2/consents", scopes.ORGANIZATION_READ, revoke_consent, status=204),)
