"""Italy: DPR 633/1972 art. 21, DPR 642/1972, and what the exchange system (SdI) refuses beyond the common rules.

Rules of five digits are SdI's controls by their numbers (FatturaPA 1.2.3, specification 1.9 of 1 April 2025). Controls
that a file of ours cannot break have no rule here: the writer sees to them (00401, 00413 to 00415, 00419 to 00424,
00426, 00428 to 00430, 00437, 00438, 00444). Nor have those that need SdI's registers: whether a number exists or a code
is active (00311, 00312, 00320 to 00326), and whether a file came before (00404, 00409: numbers are given once).
"""

from __future__ import annotations

from typing import Final

from counterfoil.domain.rules import it_document, it_parties

ERRORS: Final = (*it_parties.ERRORS, *it_document.ERRORS)
WARNINGS: Final = (*it_parties.WARNINGS, *it_document.WARNINGS)

CANCEL_SOURCE: Final = "DPR 633/1972 art. 26"
