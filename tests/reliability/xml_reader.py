"""A process that reads hostile XML in every way the product does, for strace to watch: python -m … FOLDER MARK.

It says "ready" once everything is imported and warm, and then, as JSON, how many files were refused and read.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from counterfoil.domain.received_einvoice import Unreadable
from counterfoil.domain.supplier_reading import findings
from counterfoil.errors import Invalid
from counterfoil.formats import cii, files, ubl
from counterfoil.formats.read import read
from tests.support.received import AN_INVOICE


def outcome(content: bytes) -> str:
    """All that reading it says: what was found, or why it was refused."""
    said = []
    try:
        said.append(repr([found.values for found in findings(read(content))]))
    except Unreadable as error:
        said.append(f"refused: {error}")
    try:
        said.append(files.file_type(content, allowed=("application/pdf", "application/xml")).content_type)
    except Invalid as error:
        said.append(f"not kept: {error}")
    return "\n".join(said)


def main(folder: Path, mark: str) -> None:
    for benign in (cii.write(AN_INVOICE), ubl.write(AN_INVOICE)):
        assert "refused" not in outcome(benign)
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252", "ascii"):
        "é".encode(encoding, "replace").decode(encoding)  # codecs are loaded at first use
    contents = [path.read_bytes() for path in sorted(folder.iterdir())]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    outcomes = [outcome(content) for content in contents]
    leaked = sum(mark in each for each in outcomes)
    refused = sum("refused: " in each and "not kept: " in each for each in outcomes)
    sys.stdout.write(json.dumps({"files": len(outcomes), "refused": refused, "leaked": leaked}) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
