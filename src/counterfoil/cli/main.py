"""The command `counterfoil`. One file a group; heavy imports happen in the command that needs them."""

from __future__ import annotations

import os
import sys

import typer

from counterfoil import errors
from counterfoil.cli import (
    approve,
    backup,
    demo,
    doctor,
    erase,
    export,
    initialize,
    jobs,
    mcp_command,
    members,
    migrate,
    oauth_clients,
    restore,
    selftest,
    serve,
    token,
    verify,
    worker,
)
from counterfoil.cli.console import fail

app = typer.Typer(
    name="counterfoil",
    help="Billing for European small businesses: REST API, MCP server, PDFs and public pages in one process.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
initialize.register(app)
token.register(app)
members.register(app)
oauth_clients.register(app)
approve.register(app)
serve.register(app)
demo.register(app)
mcp_command.register(app)
migrate.register(app)
worker.register(app)
jobs.register(app)
verify.register(app)
backup.register(app)
restore.register(app)
export.register(app)
erase.register(app)
doctor.register(app)
selftest.register(app)


def main() -> None:
    """Runs the command; what a person can mend is one line on stderr and exit code 1."""
    os.umask(0o077)  # invoices and mail are nobody else's business on this machine
    try:
        app()
    except errors.BillingError as error:
        for fault in error.faults:
            name = f"{fault.field}: " if fault.field else ""
            print(f"counterfoil: {name}{fault.message} {fault.fix or ''}".rstrip(), file=sys.stderr)
        raise SystemExit(1) from None
    except OSError as error:
        fail(str(error))


if __name__ == "__main__":
    main()
