"""Texts of the wire: what may stand in a line, and what in paragraphs."""

from __future__ import annotations

import pytest

from counterfoil.domain.texts import one_line, without_controls


@pytest.mark.parametrize("text", ["", "Café – 5 €", "請求書", "مرحبا", "🧾", '#read("/etc/passwd")'])
def test_any_printable_text_passes(text: str) -> None:
    assert one_line(text) == text
    assert without_controls(text) == text


def test_paragraphs_may_break_and_lines_may_not() -> None:
    text = "first\r\nsecond\tthird"
    assert without_controls(text) == text
    with pytest.raises(ValueError, match="one line"):
        one_line(text)


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\u2028", "\u2029", "\ufffe", "\ufdd0"])
def test_control_characters_pass_nowhere(character: str) -> None:
    with pytest.raises(ValueError, match="plain text"):
        without_controls(f"a{character}b")
    with pytest.raises(ValueError, match="one line"):
        one_line(f"a{character}b")
