"""A process that issues invoices until it is killed: main(directory, organization, client).

After each commit it writes "id number" to its standard output: an acknowledgement, as a client of the API gets one.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from counterfoil.operations.work import Actor
from tests.support.houses import Company, open_house


def main(directory: str, organization_id: str, client_id: str) -> None:
    house = open_house(Path(directory))
    company = Company(house, Actor(organization_id, "writer"), client_id)
    os.write(1, b"ready\n")
    while True:
        draft = company.create()
        issued = company.finalize(draft.id)
        # One write call: a line is either whole in the pipe or not there.
        os.write(1, f"{issued.id} {issued.number}\n".encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
