"""Every rule has a document that breaks it and one that passes; what needs no person is mended by its patch."""

from __future__ import annotations

from collections import Counter

import pytest

from counterfoil.domain.einvoice_formats import formats_of
from counterfoil.domain.rules import common, de, en16931, fr, xrechnung
from counterfoil.errors import Fault
from counterfoil.formats.einvoices import xml_of
from tests.domain.rules.breaches import BREACHES, Breach, Made
from tests.support.judges import xml
from tests.support.judges.findings import Finding

# Rules that are never told by their own name here, for that of a format's, which says the same, is: Italy's tests have
# the one that is told there.
SAID_BY = {"CF-01": "BR-16", "CF-06": "BR-AE-02", "DE-01": "BR-S-02"}
# How many breaches a program can mend without asking anybody.
MECHANICAL_FLOOR = 19

NAMES = [f"{breach.rule} {index}" for index, breach in enumerate(BREACHES)]
every_breach = pytest.mark.parametrize("breach", BREACHES, ids=NAMES)


def found_in(made: Made, breach: Breach) -> list[Fault]:
    """The faults of the breach's rule, where they ought to be."""
    errors, warnings = made.judged()
    return [fault for fault in (warnings if breach.is_warning else errors) if fault.rule == breach.rule]


def mended(breach: Breach) -> Made:
    """The document once the breach's remedy was applied."""
    broken = breach.case.made()
    if breach.mended_by is not None:
        return breach.case.also(breach.mended_by).made()
    (fault,) = found_in(broken, breach)
    assert fault.patch, "nothing says how a program mends it"
    return broken.mended(fault)


@every_breach
def test_a_document_that_breaks_a_rule_is_told_in_plain_words(breach: Breach) -> None:
    (fault,) = found_in(breach.case.made(), breach)
    assert fault.field
    assert fault.fix
    assert fault.source
    assert fault.message.endswith((".", '."'))


@every_breach
def test_the_remedy_makes_it_pass(breach: Breach) -> None:
    made = mended(breach)
    assert found_in(made, breach) == []
    assert made.judged()[0] == []


@every_breach
def test_a_fault_that_wants_a_person_offers_no_patch(breach: Breach) -> None:
    faults = found_in(breach.case.made(), breach)
    assert [bool(fault.patch) for fault in faults] == [breach.mended_by is None]


def judged_by_others(made: Made) -> tuple[list[Finding], list[Finding]]:
    """What the official rules say of the files that would be issued."""
    document = made.document | {"number": made.document.get("number") or "F-2026-001", "finalized_at": "2026-11-22"}
    is_french = made.profile.legal_country == "FR"
    verdicts = [xml.judge(xml_of(document, fmt), is_french=is_french) for fmt in formats_of(document)]
    return [each for verdict in verdicts for each in verdict.faults], [
        each for verdict in verdicts for each in verdict.warnings
    ]


@pytest.mark.parametrize("breach", [each for each in BREACHES if each.says], ids=lambda each: each.rule)
def test_the_official_rules_say_the_same(breach: Breach) -> None:
    # Given the files of the broken document, and of the mended one.
    faults, warnings = judged_by_others(breach.case.made())
    after, _ = judged_by_others(mended(breach))
    # Then the official rules find the breach in the first, and nothing in the second.
    assert breach.says in {finding.rule.partition("_")[0] for finding in [*faults, *warnings]}
    if not breach.is_warning:
        assert after == []


def test_every_rule_has_a_breach() -> None:
    listed = {rule.id for module in (common, en16931, fr, de, xrechnung) for rule in (*module.ERRORS, *module.WARNINGS)}
    told = {breach.rule for breach in BREACHES}
    assert {rule for rule in listed if SAID_BY.get(rule, rule) not in told} == set()


def test_how_many_faults_a_program_can_mend(capsys: pytest.CaptureFixture[str]) -> None:
    """Prints the table; the floor only rises."""
    mechanical = Counter(breach.rule for breach in BREACHES if breach.mended_by is None)
    human = Counter(breach.rule for breach in BREACHES if breach.mended_by is not None)
    with capsys.disabled():
        print(f"\nbreaches {len(BREACHES)}: {mechanical.total()} mended by a patch, {human.total()} by a person")
        print("by a patch:", ", ".join(sorted(mechanical)))
    assert mechanical.total() >= MECHANICAL_FLOOR
