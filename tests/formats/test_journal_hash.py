"""A document's PDF names the entry of the journal with which it was issued."""

from __future__ import annotations

import pytest

from counterfoil.formats.page import Appearance
from counterfoil.formats.pdf import Typesetter
from tests.support import sample_documents as samples
from tests.support.pdf_text import packed, packed_text, pages

HASH = "3f2a" * 16


@pytest.mark.parametrize(("name", "word"), [("french", "Journal"), ("german", "Journal"), ("italian", "Registro")])
def test_the_hash_stands_on_the_pdf_in_its_language(name: str, word: str, typesetter: Typesetter) -> None:
    pdf = typesetter.pdf(getattr(samples, name)(), Appearance(journal_hash=HASH))
    assert packed(f"{word} {HASH}") in packed_text(pdf)


def test_it_stands_on_each_page(typesetter: Typesetter) -> None:
    found = pages(typesetter.pdf(samples.long(60), Appearance(journal_hash=HASH)))
    assert len(found) > 1
    assert all(HASH in packed(page) for page in found)


def test_without_an_entry_nothing_is_printed(typesetter: Typesetter) -> None:
    assert "Journal" not in packed_text(typesetter.pdf(samples.french(), Appearance()))
