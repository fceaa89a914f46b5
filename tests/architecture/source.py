"""Reads the repository's own source as trees, for the tests that hold it to its rules."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "counterfoil"

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
_BLOCKS = (ast.stmt, ast.excepthandler, ast.match_case)


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method. path: from the repository's root; name: dotted inside its file."""

    path: str
    name: str
    node: FunctionNode

    @property
    def is_public(self) -> bool:
        return not any(part.startswith("_") for part in self.name.split("."))

    @property
    def line_count(self) -> int:
        """Lines from `def` to the end, the docstring left out: saying more must not cost anything."""
        return (self.node.end_lineno or self.node.lineno) - self.node.lineno + 1 - self._docstring_lines()

    @property
    def body_line_count(self) -> int:
        """Lines of the body alone: neither signature nor docstring."""
        return (self.node.end_lineno or self.node.lineno) - self.node.body[0].lineno + 1 - self._docstring_lines()

    @property
    def parameters(self) -> list[str]:
        arguments = self.node.args
        return [argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]

    def _docstring_lines(self) -> int:
        first = self.node.body[0]
        if ast.get_docstring(self.node, clean=False) is None:
            return 0
        return (first.end_lineno or first.lineno) - first.lineno + 1


def python_files(*folders: str) -> list[Path]:
    """The Python files below these folders of the repository, sorted; a folder that is not there has none."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def layer(name: str) -> list[Path]:
    """The Python files of one layer of the package."""
    return python_files(f"src/counterfoil/{name}")


def shown(path: Path) -> str:
    """A file's path as the messages print it."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def functions(path: Path) -> list[Function]:
    """All functions and methods of a file, those inside functions too."""
    return list(_functions_in(tree(path), shown(path), ""))


def top_level_functions(path: Path) -> list[Function]:
    """The functions that a module offers by name."""
    nodes = [node for node in tree(path).body if isinstance(node, FunctionNode)]
    return [Function(shown(path), node.name, node) for node in nodes]


def _functions_in(parent: ast.AST, path: str, prefix: str) -> Iterator[Function]:
    for node in ast.iter_child_nodes(parent):
        if isinstance(node, FunctionNode):
            yield Function(path, prefix + node.name, node)
            yield from _functions_in(node, path, f"{prefix}{node.name}.")
        elif isinstance(node, ast.ClassDef):
            yield from _functions_in(node, path, f"{prefix}{node.name}.")
        elif isinstance(node, _BLOCKS):  # expressions hold no definitions, and are nine tenths of a tree
            yield from _functions_in(node, path, prefix)
