"""The skip rule itself, seen from outside: a small test file run by a pytest of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MISSING_TOOL = "import pytest\ndef test_tool(): pytest.skip('needs strace')\n"
MISSING_MODULE = "import pytest\npytest.importorskip('no_such_module')\n"
RIGHT = "import pytest\n@pytest.mark.skipif(True, reason='ok: only on a Monday')\ndef test_monday(): raise SystemExit\n"
EXPECTED_FAILURE = "import pytest\n@pytest.mark.xfail\ndef test_known(): raise AssertionError\n"


def run(directory: Path, source: str, ci: str) -> subprocess.CompletedProcess[str]:
    """Runs pytest on one file with the given text, the plugin loaded and CI set to `ci`."""
    (directory / "test_it.py").write_text(source)
    plugin = ["-p", "tests.plugins.loud_skips", "-p", "no:cacheprovider", "-ra"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *plugin, "-c", os.devnull, "--rootdir", str(directory), str(directory)],
        cwd=directory,
        env={**os.environ, "CI": ci, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("source", [MISSING_TOOL, MISSING_MODULE], ids=["test", "file"])
def test_a_missing_tool_fails_in_ci(tmp_path: Path, source: str) -> None:
    finished = run(tmp_path, source, "true")
    assert finished.returncode != 0, finished.stdout
    assert "skipped in CI: " in finished.stdout


def test_a_missing_tool_is_listed_with_its_reason_on_a_persons_machine(tmp_path: Path) -> None:
    finished = run(tmp_path, MISSING_TOOL, "")
    assert finished.returncode == 0, finished.stdout
    assert "needs strace" in finished.stdout


@pytest.mark.parametrize("source", [RIGHT, EXPECTED_FAILURE], ids=["skip", "xfail"])
def test_a_skip_that_says_it_is_right_passes_in_ci(tmp_path: Path, source: str) -> None:
    finished = run(tmp_path, source, "true")
    assert finished.returncode == 0, finished.stdout
