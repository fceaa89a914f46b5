"""Any form is read whole and in order, or refused with a reason."""

from __future__ import annotations

import pytest

from counterfoil import errors
from counterfoil.rest.multipart import Form, Limits, read_form

B = "x7c"
TYPE = f"multipart/form-data; boundary={B}"


def form(*parts: tuple[str, bytes]) -> bytes:
    """A body of parts, each (headers after Content-Disposition: form-data;, data)."""
    written = b""
    for disposition, data in parts:
        written += f"--{B}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n".encode() + data + b"\r\n"
    return written + f"--{B}--\r\n".encode()


def read(*parts: tuple[str, bytes], limits: Limits | None = None) -> Form:
    return read_form(form(*parts), TYPE, limits or Limits())


def test_parts_keep_their_order_and_equal_names() -> None:
    found = read(
        ('name="a[][file]"; filename="1.pdf"', b"one"), ('name="a[][key]"', b"k1"),
        ('name="a[][file]"; filename="2.pdf"', b"two"), ('name="a[][key]"', b"k2"),
    )  # fmt: skip
    assert [(part.name, part.file_name, part.data) for part in found.parts] == [
        ("a[][file]", "1.pdf", b"one"), ("a[][key]", None, b"k1"),
        ("a[][file]", "2.pdf", b"two"), ("a[][key]", None, b"k2"),
    ]  # fmt: skip
    assert [part.text for part in found.all("a[][key]")] == ["k1", "k2"]
    assert found.text("a[][key]") == "k2"


def test_data_is_kept_to_the_byte() -> None:
    data = bytes(range(256)) * 50 + b"\r\n--x7\r\n--x7c?\r\n--"
    assert read(('name="file"; filename="a"', data)).file("file").data == data


def test_a_part_tells_its_content_type() -> None:
    body = form(('name="file"; filename="a.pdf"\r\nContent-Type: Application/PDF', b"%PDF-"))
    assert read_form(body, TYPE).parts[0].content_type == "application/pdf"


@pytest.mark.parametrize(
    ("disposition", "file_name"),
    [
        ('name="file"; filename="été.pdf"', "été.pdf"),
        ("name=\"file\"; filename*=utf-8''%C3%A9t%C3%A9.pdf", "été.pdf"),
        ('name="file"; filename="a\\"b.pdf"', 'a"b.pdf'),
        ('name="file"; filename="../../etc/passwd"', "../../etc/passwd"),
        ("name=file; filename=plain.pdf", "plain.pdf"),
    ],
)
def test_a_file_name_arrives_as_sent(disposition: str, file_name: str) -> None:
    assert read((disposition, b"x")).parts[0].file_name == file_name


def test_a_form_without_parts_is_empty() -> None:
    assert read_form(f"--{B}--\r\n".encode(), TYPE).parts == ()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no boundary at all",
        f"--{B}\r\n".encode(),
        form(('name="a"', b"1"))[:-6],
        f"--{B}\r\nContent-Type: text/plain\r\n\r\nx\r\n--{B}--\r\n".encode(),
        f'--{B}\r\nContent-Disposition: attachment; name="a"\r\n\r\nx\r\n--{B}--\r\n'.encode(),
        f"--{B}\r\nContent-Disposition: form-data\r\n\r\nx\r\n--{B}--\r\n".encode(),
        f"--{B}\r\n: x\r\n\r\nx\r\n--{B}--\r\n".encode(),
        f"--{B}\r\n{'X: y' + chr(13) + chr(10)}".encode() * 40,
        form((f'name="{"a" * 5000}"', b"1")),
    ],
    ids=[
        "empty", "no boundary", "cut in the headers", "cut in the data", "no disposition", "not form-data", "no name",
        "no header name", "headers without end", "long header",
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_read_is_malformed(body: bytes) -> None:
    with pytest.raises(errors.Malformed) as refused:
        read_form(body, TYPE)
    assert refused.value.faults[0].fix


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=", f"{TYPE}é€"])
def test_a_content_type_without_a_usable_boundary_is_malformed(content_type: str) -> None:
    with pytest.raises(errors.Malformed):
        read_form(form(('name="a"', b"1")), content_type)


@pytest.mark.parametrize("content_type", ["", "application/json", "multipart/mixed; boundary=x7c", "text/html"])
def test_another_content_type_is_not_read(content_type: str) -> None:
    with pytest.raises(errors.UnsupportedMedia):
        read_form(form(('name="a"', b"1")), content_type)


@pytest.mark.parametrize(
    "limits", [Limits(parts=2), Limits(part_bytes=10), Limits(body_bytes=100)], ids=["parts", "part", "body"]
)
def test_what_is_over_a_limit_is_too_large(limits: Limits) -> None:
    with pytest.raises(errors.TooLarge):
        read(*[(f'name="f{n}"', b"01234567890") for n in range(3)], limits=limits)


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([('name="other"', b"x")], "missing_value"),
        ([('name="file"; filename=""', b"")], "missing_value"),
        ([('name="file"; filename="a.pdf"', b"")], "invalid_file"),
        ([('name="file"; filename="a.pdf"', b"x"), ('name="file"; filename="b.pdf"', b"y")], "too_many_items"),
    ],
    ids=["absent", "none chosen", "empty", "two"],
)
def test_one_file_means_one_file(parts: list[tuple[str, bytes]], code: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        read(*parts).file("file")
    assert refused.value.code == code


def test_a_field_that_is_no_text_is_malformed() -> None:
    with pytest.raises(errors.Malformed):
        read(('name="a"', b"\xff\xfe")).text("a")
