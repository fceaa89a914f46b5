"""Makes a Tryton database ready to invoice: `python -m bench.tryton_setup FOLDER`, with the peers' own Python.

One company, its chart of accounts, a fiscal year with a strict sequence, a sales tax of 20 %, a customer: all through
Tryton's own commands, client library and the tools of its tests. What a client needs goes into FOLDER/told.json.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

PASSWORD = "bench"
DATABASE = "bench"
# Reports are put into Tryton's queue, and no worker runs: printing is left out on its side, as it is a job on ours.
CONFIG = """[database]
uri = sqlite://
path = {folder}
[queue]
worker = True
[session]
authentications = password
[password]
length = 1
entropy = 0
"""


def main(folder: Path) -> None:
    config_file = folder / "trytond.conf"
    config_file.write_text(CONFIG.format(folder=folder), encoding="utf-8")
    secret = folder / "password"
    secret.write_text(PASSWORD, encoding="utf-8")
    command = [str(Path(sys.executable).parent / "trytond-admin"), "-c", str(config_file), "-d", DATABASE]
    environment = os.environ | {"TRYTONPASSFILE": str(secret)}
    (folder / f"{DATABASE}.sqlite").touch()
    # It asks for an address, which it would look up in the DNS: none is an answer.
    subprocess.run([*command, "--all", "-p"], env=environment, check=True, input=b"\n")
    activated = [*command, "-u", "account_invoice", "--activate-dependencies"]
    subprocess.run(activated, env=environment, check=True)
    from proteus import config

    config.set_trytond(f"sqlite:///{DATABASE}", config_file=str(config_file))
    (folder / "told.json").write_text(json.dumps(_company()), encoding="utf-8")


def _company() -> dict[str, Any]:
    """The ids that an invoice names."""
    from proteus import Model
    from trytond.modules.account.tests.tools import create_chart, create_fiscalyear, create_tax, get_accounts
    from trytond.modules.account_invoice.tests.tools import create_payment_term, set_fiscalyear_invoice_sequences
    from trytond.modules.company.tests.tools import create_company, get_company

    create_company()
    company = get_company()
    create_chart(company)
    accounts = get_accounts(company)
    year = set_fiscalyear_invoice_sequences(create_fiscalyear(company))
    year.click("create_period")
    tax = create_tax(Decimal("0.20"), company)
    tax.save()
    term = create_payment_term()
    term.save()
    party = Model.get("party.party")(name="Étude & Fils")
    party.save()
    (journal,) = Model.get("account.journal").find([("type", "=", "revenue")], limit=1)
    return {
        "company": company.id, "currency": company.currency.id, "party": party.id, "address": party.addresses[0].id,
        "receivable": accounts["receivable"].id, "revenue": accounts["revenue"].id, "journal": journal.id,
        "tax": tax.id, "payment_term": term.id, "start": str(year.start_date),
    }  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]))
