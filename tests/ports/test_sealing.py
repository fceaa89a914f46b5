"""Secrets are sealed with a key that is not in the database; what is wrong with a key is said in words."""

from __future__ import annotations

import base64
import stat
import threading
from pathlib import Path

import pytest

from counterfoil.errors import Invalid, Unavailable
from counterfoil.ports.sealing import KeySealer

OLD = base64.b64encode(b"o" * 32).decode()
NEW = base64.urlsafe_b64encode(b"\xff" * 32).decode().rstrip("=")


def test_what_is_sealed_is_opened_again_and_does_not_show() -> None:
    sealer = KeySealer(OLD, None)
    sealed = sealer.seal("sésame", "a")
    assert "sésame" not in sealed
    assert sealed.isascii()
    assert sealer.open(sealed, "a") == "sésame"
    assert sealer.seal("sésame", "a") != sealed


def test_it_cannot_be_moved_to_another_place() -> None:
    sealer = KeySealer(OLD, None)
    with pytest.raises(Unavailable, match="altered, or belongs to something else"):
        sealer.open(sealer.seal("sésame", "subscription 1"), "subscription 2")


@pytest.mark.parametrize(
    "change", [lambda s: s[:-6] + "AAAAA=", lambda s: s[:-20], lambda s: s + "ä", lambda s: s[:25]]
)
def test_altered_it_is_not_opened(change: object) -> None:
    sealer = KeySealer(OLD, None)
    with pytest.raises(Unavailable):
        sealer.open(change(sealer.seal("sésame" * 10, "a")), "a")


@pytest.mark.parametrize("text", ["", "plain", "v2.0123.AAAA", "v1.."])
def test_what_was_never_sealed_is_not_opened(text: str) -> None:
    with pytest.raises(Unavailable):
        KeySealer(OLD, None).open(text, "a")


def test_the_first_key_seals_and_all_of_them_open() -> None:
    earlier = KeySealer(OLD, None).seal("sésame", "a")
    both = KeySealer(f"{NEW}, {OLD}", None)
    assert both.open(earlier, "a") == "sésame"
    later = both.seal("sésame", "a")
    prefix = both.prefix()
    assert prefix is not None
    assert later.startswith(prefix)
    assert not earlier.startswith(prefix)
    assert KeySealer(NEW, None).open(later, "a") == "sésame"


def test_without_the_key_it_says_which_one_is_missing_and_where_it_goes() -> None:
    sealed = KeySealer(OLD, None).seal("sésame", "a")
    with pytest.raises(Unavailable) as caught:
        KeySealer(NEW, None).open(sealed, "a")
    fault = caught.value.faults[0]
    assert fault.code == "secret_key_missing"
    assert sealed.split(".")[1] in fault.message
    assert "COUNTERFOIL_SECRET_KEY" in str(fault.fix)


def test_without_any_key_nothing_is_sealed_and_the_way_out_is_told() -> None:
    sealer = KeySealer(None, None)
    assert sealer.prefix() is None
    with pytest.raises(Unavailable) as caught:
        sealer.seal("sésame", "a")
    assert "openssl rand" in str(caught.value.faults[0].fix)


@pytest.mark.parametrize("setting", ["short", "=", base64.b64encode(b"x" * 31).decode(), f"{OLD},", "ü" * 43, "a" * 64])
def test_a_setting_that_is_no_key_is_refused_without_being_shown(setting: str) -> None:
    with pytest.raises(Invalid) as caught:
        KeySealer(setting, None)
    assert caught.value.code == "invalid_secret_key"
    assert setting not in str(caught.value)


def test_the_file_is_made_when_it_is_needed_and_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    sealer = KeySealer(None, file)
    assert sealer.prefix() is None
    assert not file.exists()
    sealed = sealer.seal("sésame", "a")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]
    assert KeySealer(None, file).open(sealed, "a") == "sésame"


def test_opening_makes_no_key(tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    with pytest.raises(Unavailable, match="is not here"):
        KeySealer(None, file).open(KeySealer(OLD, None).seal("sésame", "a"), "a")
    assert not file.exists()


def test_the_setting_goes_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    KeySealer(OLD, file).seal("sésame", "a")
    assert not file.exists()


def test_a_file_may_hold_an_older_key_on_its_second_line(tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    file.write_text(f"{NEW}\n{OLD}\n")
    assert KeySealer(None, file).open(KeySealer(OLD, None).seal("sésame", "a"), "a") == "sésame"


@pytest.mark.parametrize("text", ["", "\n", "not a key\n"])
def test_a_broken_file_is_refused_and_not_replaced(tmp_path: Path, text: str) -> None:
    file = tmp_path / "secret.key"
    file.write_text(text)
    with pytest.raises(Invalid, match=r"secret\.key"):
        KeySealer(None, file).seal("sésame", "a")
    assert file.read_text() == text


def test_those_who_make_the_file_at_once_agree_on_one_key(tmp_path: Path) -> None:
    sealers = [KeySealer(None, tmp_path / "secret.key") for _ in range(8)]
    sealed: list[str] = []
    threads = [threading.Thread(target=lambda s=s: sealed.append(s.seal("sésame", "a"))) for s in sealers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({text.split(".")[1] for text in sealed}) == 1
    assert [sealers[0].open(text, "a") for text in sealed] == ["sésame"] * 8
