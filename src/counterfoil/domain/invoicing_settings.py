"""What the API calls settings: how documents are numbered, and whether e-invoices go out and come in."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from counterfoil.domain.organization import NumberingMode


class SettingsChange(BaseModel):
    """A change of the settings; what is absent keeps its value, what is unknown is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    numbering_mode: NumberingMode | None = None


class InvoicingSettings(BaseModel):
    """How invoices, credit notes and quotes get their numbers."""

    model_config = ConfigDict(frozen=True)

    numbering_mode: NumberingMode = Field(
        description="automatic: numbers are given; manual: each document is sent with its own"
    )


class EinvoicingSettings(BaseModel):
    """Whether e-invoices can be sent and received."""

    model_config = ConfigDict(frozen=True)

    sending_status: Literal["enabled", "disabled"]
    receiving_status: Literal["enabled", "disabled", "pending_creation", "pending_deletion"]
    network: str = Field(description='the network that this server is connected to; "none" for none (ours)')
    is_simulated: bool = Field(description="true: nothing leaves this machine, and every event is made up (ours)")
