"""What docs/sandbox.md shows is run as it stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import yaml

from counterfoil.testing import Sandbox
from tests.architecture.source import ROOT
from tests.support.server import clean_environment, free_port

PAGE = ROOT / "docs" / "sandbox.md"
BIN = str(Path(sys.executable).parent)


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def test_the_pytest_snippet_runs(tmp_path: Path) -> None:
    for block in blocks("python"):
        name = block.splitlines()[0].removeprefix("# ")
        (tmp_path / name).write_text(block, encoding="utf-8")
    assert (tmp_path / "conftest.py").exists()
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
        str(tmp_path),
    ]
    result = subprocess.run(
        command, cwd=tmp_path, env=clean_environment(), capture_output=True, text=True, timeout=110, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "2 passed" in result.stdout


def test_the_workflow_starts_a_sandbox_with_the_keys_that_it_hands_on(tmp_path: Path) -> None:
    # given the step of the workflow, on a port of our own
    (text,) = blocks("yaml")
    steps = {step.get("name", step.get("run", "")): step for step in yaml.safe_load(text)["jobs"]["test"]["steps"]}
    port = str(free_port())
    script = steps["Start the sandbox"]["run"].replace("8642", port)
    environment = clean_environment(PATH=f"{BIN}:{os.environ['PATH']}")
    # when it runs as the runner runs it, then the server answers when the step is over
    shell = subprocess.Popen(
        ["bash", "-e", "-c", f"{script}\necho $! >pid"], cwd=tmp_path, env=environment, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert shell.wait(90) == 0, (tmp_path / "sandbox.log").read_text()
        given = next(step["env"] for step in steps.values() if "env" in step)
        url = given["QONTO_BASE_URL"].replace("8642", port)
        headers = {"Authorization": f"{given['QONTO_LOGIN']}:{given['QONTO_SECRET_KEY']}"}
        assert httpx.get(f"{url}/organization", headers=headers, trust_env=False).status_code == 200
    finally:
        pid = (tmp_path / "pid").read_text().strip() if (tmp_path / "pid").exists() else ""
        if pid:
            os.kill(int(pid), 15)


@pytest.mark.parametrize("line", [line for block in blocks("sh") for line in block.splitlines() if line])
def test_each_curl_line_runs(counterfoil_sandbox: Sandbox, line: str) -> None:
    environment = clean_environment(SANDBOX=f"{counterfoil_sandbox.url}/sandbox")
    result = subprocess.run(["bash", "-c", line], env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("{")


def test_the_keys_in_the_table_are_the_keys(counterfoil_sandbox: Sandbox) -> None:
    page = PAGE.read_text(encoding="utf-8")
    first = counterfoil_sandbox.organizations[0]
    for shown in (first["login"], first["secret_key"], first["read_only_token"]):
        assert f"`{shown}`" in page or shown in page
    start = counterfoil_sandbox.state()["clock"]["start"]
    assert f"The clock** starts at {start[:10]} {start[11:16]} UTC" in page
