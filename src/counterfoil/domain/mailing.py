"""What a mail of a document is asked with."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from counterfoil.domain.client import Email
from counterfoil.domain.texts import Paragraphs


class SendRequest(BaseModel):
    """Whom to mail a document, and what to say. copy_to_self: also to the organization's own address."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    send_to: Annotated[list[Email], Field(min_length=1, max_length=50)]
    email_title: Annotated[str, StringConstraints(min_length=1, max_length=250)]
    email_body: Annotated[str, StringConstraints(max_length=10_000), Paragraphs] | None = None
    copy_to_self: bool | None = True


class LetterOfNew(SendRequest):
    """The mail of a document that is made in the same call. Without a title it gets the usual one, with its number."""

    email_title: Annotated[str, StringConstraints(max_length=250)] = ""
