"""Invoicing settings: the numbering mode, which is kept in the organization's profile."""

from __future__ import annotations

from counterfoil.domain.invoicing_settings import InvoicingSettings, SettingsChange
from counterfoil.operations import organization
from counterfoil.operations.work import Work


def get(work: Work) -> str:
    """Retrieve the invoicing settings as JSON."""
    return InvoicingSettings(numbering_mode=work.profile.numbering_mode).model_dump_json()


def update(work: Work, change: SettingsChange) -> str:
    """Update the invoicing settings; answers them as JSON."""
    if change.numbering_mode is not None and change.numbering_mode != work.profile.numbering_mode:
        organization.update(work, {"numbering_mode": change.numbering_mode})
    return get(work)
