"""What could be done carelessly anywhere is done in one place: comparing secrets, calling out, parsing XML."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGE, python_files
from tests.architecture.source import tree as tree_of

_SECRET = re.compile(
    r"(^|_)(secret|token|signature|password|hash|digest|mac|hmac|csrf|verifier|api_key|code_challenge)s?(_|$)", re.I
)
# Comparisons of such names that tell nobody anything, and why. Queries are not here: rows are found by the SHA-256 of
# 256 random bits, and where two hashes part says nothing about what was hashed.
COMPARED_PLAINLY = {
    "operations/members.py: checked_hash": "the same",
    "operations/members.py: password_hash": "two rows of ours, read before and within the write; nobody sends either",
    "operations/quotes.py: document_hash": "the same",
    "operations/quotes.py: seen_hash": "the SHA-256 of a page that its reader has before them",
    "operations/webhooks.py: secret": "two sealed texts of ours: was the row changed meanwhile",
}
# Who may open a connection of its own, and why; everybody else goes through these.
CALLS_OUT = {
    "ports/network.py": "the guard itself: what it has checked is what is connected to",
    "ports/exchange.py": "HTTP over a connection that the guard made",
    "ports/mail.py": "the operator's own mail server, named in the settings",
    "sdk/http.py": "the SDK: a client of a server that its user names",
    "sdk/client.py": "the same: types only",
    "testing.py": "a pytest plugin: asks the sandbox that it started",
    "cli/mcp_upstream.py": "on the user's own machine: fetches a file from the account that its user named",
    "cli/demo.py": "looks whether a port of this machine is free",
    "cli/sandbox.py": "listens",
    "cli/serve.py": "listens",
    "cli/stopping.py": "listens",
    "selftest/ground.py": "talks to what it started itself on this machine",
    "selftest/keeping.py": "the same",
    "selftest/writing.py": "the same",
    "rest/faults.py": "the sandbox ends a connection that it has, on request",
}
_WAYS_OUT = {
    "aiohttp", "boto3", "botocore", "dns", "ftplib", "http.client", "httpcore", "httpx", "imaplib", "poplib",
    "requests", "smtplib", "socket", "telnetlib", "urllib.request", "urllib3", "websockets", "xmlrpc",
}  # fmt: skip
# Theirs is to call what the operator has named, and each says so in its own docs.
_NAMED_BY_THE_OPERATOR = re.compile(r"ports/s3|ports/dns|doctor|ports/\w*checks?\b|ports/.*mail")
PARSES_XML = {
    "formats/xml_parser.py": "makes the one kind of parser",
    "formats/files.py": "expat, which has no network and stops at the first document type",
}


def trees(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    for path in python_files(*(f"src/counterfoil/{folder}" for folder in folders)):
        yield path.relative_to(PACKAGE).as_posix(), tree_of(path)


@cache
def walked(tree: ast.AST) -> list[ast.AST]:
    """All nodes of a tree, which several tests look through."""
    return list(ast.walk(tree))


def name_of(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value)
    if isinstance(node, ast.Call):
        return name_of(node.func)
    return ""


def plain_comparisons(tree: ast.AST) -> Iterator[str]:
    """The names of secrets that are compared with == or !=, with something that is no literal and no constant."""
    for node in walked(tree):
        if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
            continue
        sides = (node.left, node.comparators[0])
        if any(isinstance(side, ast.Constant) or name_of(side).isupper() for side in sides):
            continue
        yield from (name_of(side) for side in sides if _SECRET.search(name_of(side)))


def imported(tree: ast.AST) -> set[str]:
    found = set()
    for node in walked(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_secrets_are_compared_in_constant_time() -> None:
    layers = ("cli", "jobs", "mcp", "operations", "ports", "rest", "sdk", "web")
    plainly = {f"{path}: {name}" for path, tree in trees(*layers) for name in plain_comparisons(tree)}
    assert plainly == COMPARED_PLAINLY.keys()


@pytest.mark.parametrize(
    "source",
    ["if given == row.secret: pass", "ok = fields['csrf'] == wanted", "return_ = signature(a) != given",
     "token == cookies.get('x')"],
)  # fmt: skip
def test_a_plain_comparison_is_seen(source: str) -> None:
    assert list(plain_comparisons(ast.parse(source)))


@pytest.mark.parametrize("source", ["token == ''", "kind == 'secret'", "hash_count(x) < 3", "secret is None"])
def test_what_is_no_comparison_of_secrets_is_let_by(source: str) -> None:
    assert not list(plain_comparisons(ast.parse(source)))


def test_nobody_calls_out_beside_the_guard() -> None:
    found = {
        path
        for path, tree in trees("")
        if {name for name in imported(tree) if name in _WAYS_OUT or name.split(".")[0] in _WAYS_OUT}
    }
    assert {path for path in found - CALLS_OUT.keys() if not _NAMED_BY_THE_OPERATOR.search(path)} == set()
    assert CALLS_OUT.keys() - found == set()


def test_xml_is_parsed_in_one_way() -> None:
    making = {
        path
        for path, tree in trees("")
        for node in walked(tree)
        if (isinstance(node, ast.Attribute) and node.attr in ("XMLParser", "ParserCreate", "iterparse", "HTMLParser"))
        or (isinstance(node, ast.Name) and node.id in ("XMLParser", "iterparse"))
    }
    assert making == PARSES_XML.keys()
    without = [
        f"{path}:{node.lineno}"
        for path, tree in trees("")
        for node in walked(tree)
        if isinstance(node, ast.Call) and is_xml_reader(node) and len(node.args) + len(node.keywords) < 2
    ]
    assert without == []


def is_xml_reader(node: ast.Call) -> bool:
    """Whether it is etree.fromstring, etree.parse or etree.XML, which take a parser as their second argument."""
    of = node.func
    return isinstance(of, ast.Attribute) and of.attr in ("fromstring", "parse", "XML") and name_of(of.value) == "etree"


def test_nothing_is_run_that_came_as_text() -> None:
    """No eval, exec, pickle, yaml or shell: what InvoicePlane, Crater and Invoice Ninja were taken over by."""
    forbidden = {"eval", "exec", "pickle", "marshal", "shelve", "yaml", "os.system", "dill"}
    found = set()
    for path, tree in trees(""):
        found |= {f"{path}: {name}" for name in imported(tree) & forbidden}
        for node in walked(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in forbidden:
                found.add(f"{path}: {node.func.id}")
            if isinstance(node, ast.keyword) and node.arg == "shell" and getattr(node.value, "value", True):
                found.add(f"{path}: shell")
    assert found == set()


def test_every_page_template_escapes_what_it_is_given() -> None:
    makers = [
        (path, node)
        for path, tree in trees("")
        for node in walked(tree)
        if isinstance(node, ast.Call) and name_of(node.func) == "Environment"
    ]
    assert makers
    for path, node in makers:
        said = {keyword.arg: keyword.value for keyword in node.keywords}
        assert isinstance(said.get("autoescape"), ast.Constant), path
        assert said["autoescape"].value is True, path  # type: ignore[attr-defined]  # a constant, as of the line above
    templates = [*Path(PACKAGE).rglob("*.html")]
    assert len(templates) > 10
    unescaped = {path.name for path in templates if re.search(r"\|\s*safe\b|autoescape", path.read_text("utf-8"))}
    assert unescaped <= {"public_sheet.html"}
