"""Country codes that an e-invoice may carry, and those that people write in their place."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

# EN 16931 BR-CL-14: ISO 3166-1 alpha-2 with XI (Northern Ireland), as in release 1.3.16 of CEN's rules (April 2026).
_LISTED: Final = """
    AD AE AF AG AI AL AM AN AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR
    GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO
    JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR
    MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO
    RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW
    TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XI YE YT ZA ZM ZW
"""
COUNTRIES: Final = frozenset(_LISTED.split())

# The United Kingdom is GB; Greece is GR, though its VAT numbers begin with EL.
_MEANT: Final[Mapping[str, str]] = MappingProxyType({"UK": "GB", "EL": "GR"})


# Kosovo, which ISO 3166-1 has no code for: XK is what everybody writes, 1A what the rules list.
_WRITTEN: Final[Mapping[str, str]] = MappingProxyType({"XK": "1A"})


def is_listed(code: str) -> bool:
    """Whether an e-invoice can say this country (upper case)."""
    return code in COUNTRIES or code in _WRITTEN


def written(code: str) -> str:
    """The code as e-invoices write it (BT-40, BT-55, BT-80)."""
    return _WRITTEN.get(code, code)


def meant(code: str) -> str:
    """The code that was surely meant by one that is not listed; "" when nobody can tell."""
    return _MEANT.get(code, "")
