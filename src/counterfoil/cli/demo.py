"""counterfoil demo"""

from __future__ import annotations

import shlex
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counterfoil.cli.console import fail
from counterfoil.cli.initialize import house_settings

if TYPE_CHECKING:
    from counterfoil.house import House

DIRECTORY = Path("counterfoil-demo")  # never the one of real data
_PORTS_TO_TRY = 50


def demo(
    data: Annotated[Path | None, typer.Option(help="Directory of the demo; ./counterfoil-demo by default.")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; the next free one when it is taken.")] = 8642,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open the browser.")] = False,
) -> None:
    """Serve a sample company on this computer only: clients in six countries, invoices in every state."""
    from counterfoil.cli import serve
    from counterfoil.house import AlreadyServed, House

    directory = data or DIRECTORY
    # Whatever the environment says: a demo stays on this computer.
    alone = {"public_url": None, "smtp_url": None, "database_url": None, "blobs_url": None}
    settings = house_settings(directory, host="127.0.0.1", port=_free_port(port)).model_copy(update=alone)
    try:
        house = House(settings, is_server=True, runs_jobs=True)
    except AlreadyServed:
        fail(f"the demo in {directory.resolve()} is running already; stop it, or name another directory with --data")
    try:
        lines, page = _prepare(house)
        is_wanted = not no_open and sys.stdout.isatty()
        serve.run(house, announce="\n".join(lines), open_url=page if is_wanted else None)
    finally:
        house.close()


def _prepare(house: House) -> tuple[list[str], str]:
    """The sample company, made at the first start, and the lines that say what there is."""
    from counterfoil import __version__
    from counterfoil.cli import demo_data
    from counterfoil.operations import organization
    from counterfoil.operations.work import Actor
    from counterfoil.store import client_invoices, organizations

    with house.database.read() as conn:
        found = organizations.every(conn)
    if found and not all('"is_specimen":true' in row.profile for row in found):
        fail(f"{house.settings.data} holds real data; the demo wants a directory of its own (--data)")
    if not found:
        demo_data.fill(house)
        with house.database.read() as conn:
            found = organizations.every(conn)
    company = found[0]
    wanted = client_invoices.InvoiceFilter(statuses=("unpaid",))
    with house.works.write(Actor(company.id, "demo", client="terminal")) as work:
        secret = organization.create_credential(work, name="demo", login=company.slug, scopes=_scopes())
        _, rows = client_invoices.page(work.conn, company.id, wanted, is_descending=False, limit=3, skip=0)
    base = house.settings.base_url
    page = f"{base}/i/{rows[-1].public_token}"
    command = shlex.join([str(_command()), "mcp", "--data", str(house.settings.data.resolve())])
    return [
        f"counterfoil {__version__} demo: {demo_data.COMPANY['legal_name']}, clients in six countries, all SPECIMEN",
        f"  API          {base}/v2   docs /docs   openapi /openapi.json",
        f"  API key      {company.slug}:{secret}   (of this run; for the Authorization header)",
        f"  Client page  {page}",
        f"  Mail         {base}/dev/mail   nothing leaves this computer",
        f"  Assistant    claude mcp add counterfoil -- {command}",
        '  Try          "Draft 1,200 EUR plus 20% VAT to ACME for consulting, then finalize and send it."',
        f"  Data         {house.settings.data.resolve()}   delete it to start over; Ctrl-C stops",
    ], page


def _scopes() -> frozenset[str]:
    from counterfoil.domain.scopes import ALL_SCOPES

    return ALL_SCOPES


def _command() -> Path:
    """This very command, as an absolute path that works from anywhere."""
    started = Path(sys.argv[0])
    return started.resolve() if started.name == "counterfoil" else Path(sys.executable).parent / "counterfoil"


def _free_port(first: int) -> int:
    for port in range(first, min(first + _PORTS_TO_TRY, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    return fail(f"no free port from {first} on; name one with --port")


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("demo")(demo)
