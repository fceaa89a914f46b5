"""A skipped test is a hole, so nobody may miss it.

On a person's machine a test that lacks a tool skips with the reason "needs <tool>", and pytest lists it at the end
(-ra). In CI (CI=true) everything is installed first, so the same skip fails the run. The few skips that are right in
CI too say why, with a reason that begins with "ok: ".
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator

import pytest

ALLOWED_PREFIX = "ok: "


def is_ci() -> bool:
    """Whether this is CI's run: the variable CI is set, and not to a word for no."""
    return os.environ.get("CI", "").lower() not in {"", "0", "false", "no"}


def skip_reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """The reason that a skipped test or file gave."""
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ")
    return str(report.longrepr or "")


def fail_if_not_allowed(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turns a skip in CI into a failure, unless its reason begins with the allowed prefix."""
    if report.outcome != "skipped" or hasattr(report, "wasxfail") or not is_ci():
        return
    reason = skip_reason(report)
    if not reason.startswith(ALLOWED_PREFIX):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {reason}. Install it in .ci/run; a skip that is right begins with 'ok: '."


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    fail_if_not_allowed(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    fail_if_not_allowed(report)
    return report


def need_tool(name: str) -> str:
    """The absolute path of a program that a test needs; skips the test, loudly, where it is missing."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"needs {name}")
    return found
