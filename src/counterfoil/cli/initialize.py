"""counterfoil init"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from counterfoil.cli.console import DatabaseOption, DataOption, JsonOption, show

if TYPE_CHECKING:
    from counterfoil.settings import Settings

_PROFILE = {
    "country": "legal_country", "legal_name": "legal_name", "legal_number": "legal_number",
    "vat_number": "vat_number", "tax_number": "tax_number", "address": "address_line_1", "zip": "address_zipcode",
    "city": "address_city", "province": "address_province", "email": "email", "phone": "phone",
    "vat_regime": "vat_regime", "contact_name": "contact_name", "electronic_address": "electronic_address",
    "electronic_address_scheme": "electronic_address_scheme", "regime_fiscale": "regime_fiscale",
    "is_professional": "is_professional",
}  # fmt: skip


def init(
    country: Annotated[str, typer.Option(help="Two letters: FR, DE, IT, ES, …")],
    legal_name: Annotated[str, typer.Option(help="As registered.")],
    iban: Annotated[str, typer.Option(help="Account that clients pay to.")],
    data: DataOption = None,
    legal_number: Annotated[str, typer.Option(help="SIREN or SIRET, Handelsregister, codice fiscale, NIF.")] = "",
    vat_number: Annotated[str, typer.Option(help="VAT number with its country's letters.")] = "",
    tax_number: Annotated[str, typer.Option(help="Steuernummer, codice fiscale, NIF.")] = "",
    address: Annotated[str, typer.Option(help="Street and number.")] = "",
    zip: Annotated[str, typer.Option("--zip", help="Post code.")] = "",
    city: Annotated[str, typer.Option(help="City.")] = "",
    province: Annotated[str, typer.Option(help="Two letters, Italy.")] = "",
    email: Annotated[str, typer.Option(help="Shown on documents; sender and copy of mail.")] = "",
    phone: Annotated[str, typer.Option(help="Shown on documents.")] = "",
    vat_regime: Annotated[
        str, typer.Option(help="standard, franchise (FR), kleinunternehmer (DE) or forfettario (IT).")
    ] = "standard",
    contact_name: Annotated[str, typer.Option(help="Whom buyers may ask (BT-41); XRechnung shows it.")] = "",
    electronic_address: Annotated[
        str, typer.Option(help="Where e-invoices reach you (BT-34); else it follows from your numbers.")
    ] = "",
    electronic_address_scheme: Annotated[
        str, typer.Option(help="Its scheme, a code of the EAS list such as 0225 or EM.")
    ] = "",
    regime_fiscale: Annotated[str, typer.Option(help="Italy: RF01 to RF20; RF01, under forfettario RF19.")] = "",
    is_professional: Annotated[
        bool, typer.Option("--is-professional", help="Italy: your invoices are fee notes (TD06).")
    ] = False,
    next_number: Annotated[int | None, typer.Option(min=1, help="First number of this year's invoices.")] = None,
    database_url: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Make an organization and its API key. Again on the same directory: one more organization."""
    values = {_PROFILE[name]: value for name, value in locals().items() if name in _PROFILE and value}
    made = create(data, values, iban=iban, next_number=next_number, database_url=database_url)
    warnings: Any = made["warnings"]
    show(made if json else {**made, "warnings": len(warnings)}, as_json=json)
    if not json:
        for each in warnings:
            print(f"warning: {each['message']} {each['fix']}", file=sys.stderr)


def create(
    data: Path | None, values: dict[str, Any], *, iban: str, next_number: int | None, database_url: str | None = None
) -> dict[str, object]:
    """Makes the organization in the directory; answers what init prints. Raises BillingError."""
    from counterfoil.house import House
    from counterfoil.operations import members, organization
    from counterfoil.operations.work import Actor
    from counterfoil.ports.ids import uuid7

    profile = organization.with_country_defaults(values)
    house = House(house_settings(data, database_url))
    try:
        if house.is_sandbox:
            profile = profile.model_copy(update={"is_specimen": True})
        actor = Actor(uuid7(house.clock.now()), "cli", client="terminal")
        with house.works.write(actor) as work:
            made = organization.create(work, profile, iban=iban, next_number=next_number)
            members.found(work)
    finally:
        house.close()
    return {
        "organization_id": made.organization_id,
        "slug": made.slug,
        "api_key": made.api_key,
        "data": str(house.settings.data.resolve()),
        "warnings": [{"code": w.code, "field": w.field, "message": w.message, "fix": w.fix} for w in made.warnings],
    }


def house_settings(data: Path | None, database_url: str | None = None, **more: Any) -> Settings:
    """Settings from the environment, with what the command line says on top."""
    from counterfoil.settings import Settings

    given = {"data": data, "database_url": database_url, **more}
    return Settings(**{name: value for name, value in given.items() if value is not None})


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("init")(init)
