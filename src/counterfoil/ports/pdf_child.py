"""The process that looks into one PDF: `python -I -m counterfoil.ports.pdf_child`. PDF in, XML or an error out.

The error is JSON {"code", "message", "fix", "is_none"}, and the process then ends with pdf_opener.TOLD.
"""

from __future__ import annotations

import contextlib
import json
import resource
import sys

from counterfoil.ports import jail
from counterfoil.ports.pdf_opener import TOLD

MEMORY_BYTES = 1024**3
CPU_SECONDS = 3


def main() -> int:
    """Reads standard input to its end and answers once."""
    jail.enter()
    for limit, value in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CPU, CPU_SECONDS)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (value, value))
    from counterfoil.domain.received_einvoice import NoEInvoice, Unreadable
    from counterfoil.formats.read_pdf import embedded_xml

    jail.close_files()
    try:
        answer, code = embedded_xml(sys.stdin.buffer.read()), 0
    except Unreadable as error:
        (fault,) = error.faults
        told = {
            "code": fault.code,
            "message": fault.message,
            "fix": fault.fix,
            "is_none": isinstance(error, NoEInvoice),
        }
        answer, code = json.dumps(told).encode(), TOLD
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()
    return code


if __name__ == "__main__":
    sys.exit(main())
