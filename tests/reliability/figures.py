"""docs/guarantees/figures.md: each promise with what was done for it, how often, and what came of it.

    python -m tests.reliability.figures                 runs the tests and writes the page; make reliability
    python -m tests.reliability.figures --allow-small   the same in small, and the page says so
    python -m tests.reliability.figures --only R1 R4    runs these alone and prints their rows

A row comes of tests: what they tell with the fixture `figure` (tests/plugins/figures.py). One that failed, was skipped
or did not run is named as such, so a promise cannot look kept because nobody looked.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.plugins.figures import FOLDER, SEED, run_seed

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
MARKS = ("<!-- figures: written by make reliability -->", "<!-- end of figures -->")
PAGE = ROOT / "docs" / "guarantees" / "figures.md"
RECORDS = ROOT / "build" / "figures"
OF = "of"  # the file beside them that says of which commit and size they are
# What measures time, so it runs last and alone.
ALONE = "tests/reliability/test_clean_machine.py"
HEAD = "| | promise | what was done | how often | result | seconds | test |\n|---|---|---|---|---|---|---|"


@dataclass(frozen=True)
class Row:
    """A promise. tests: files or tests, from the repository's root."""

    promise: str
    tests: tuple[str, ...]


ROWS: dict[str, Row] = {
    "R1": Row("What is told is kept: no gap, no double, nothing lost, whatever is killed", (
        "tests/reliability/test_kill.py::test_killed_writers_leave_no_gap_no_double_and_no_lie",
        "tests/reliability/test_kill.py::test_a_killed_server_keeps_every_answer_it_gave",
        "tests/reliability/test_on_disk.py::test_no_answer_comes_before_its_commit_is_on_disk",
    )),
    "R2": Row("Many finalize at once, and the numbers are exactly 1 to N", (
        "tests/reliability/test_parallel.py::test_500_finalizes_at_once_over_http_give_1_to_500",
        "tests/reliability/test_parallel.py::test_500_finalizes_at_once_in_one_process_give_1_to_500",
        "tests/reliability/test_replicas.py::test_parallel_finalizes_on_four_replicas_give_1_to_n",
    )),
    "R3": Row("A request that is delivered again has one effect", (
        "tests/reliability/test_retries.py::test_three_deliveries_with_cut_connections_make_one_document_each",
        "tests/reliability/test_mcp_retries.py::test_with_one_key_one_document",
        "tests/reliability/test_mcp_retries.py::test_without_a_key_the_same_content_is_one_document",
        "tests/reliability/test_mcp_retries.py::test_with_keys_of_their_own_there_are_as_many_as_keys",
        "tests/reliability/test_replicas.py::test_cut_deliveries_and_a_database_in_trouble_make_one_document_each",
    )),
    "R4": Row("API, PDF, XML and page show the same amounts, to the cent, by the rules of EN 16931", (
        "tests/walks/test_amounts_agree.py::test_every_half_shows_the_same_amounts",
        "tests/corpus/test_corpus.py::test_ten_thousand_documents_are_valid_and_say_one_thing_everywhere",
        "tests/domain/test_gross.py::test_small_amounts_at_every_cent",
    )),
    "R5": Row("One organization never learns of another", ("tests/reliability/test_tenants.py",)),
    "R6": Row("No answer is a bug, or other than described", (
        "tests/clients/test_schemathesis.py::test_no_answer_is_a_bug_or_other_than_described",
        "tests/formats/test_read_hostile.py::test_a_damaged_file_is_read_or_refused_but_never_a_crash",
        "tests/formats/test_read_hostile.py::test_any_bytes_have_an_answer",
    )),
    "R7": Row("XML that others send reads no file and calls nobody", ("tests/reliability/test_hostile_xml.py",)),
    "R8": Row("What others write reaches no file and no socket when it is printed", (
        "tests/reliability/test_hostile_texts.py",
        "tests/ports/test_renderer_reach.py::test_hostile_texts_open_no_socket_and_no_file_outside",
    )),
    "R9": Row("No text makes a mail's header; sent means that the mail server took it", (
        "tests/reliability/test_mail_headers.py",
        "tests/ports/test_mail.py::test_a_killed_writer_leaves_whole_letters_and_none_it_told_of_is_missing",
    )),
    "R10": Row("A period has one invoice, whatever is killed and however clocks jump", (
        "tests/reliability/test_schedules.py::test_killed_schedulers_and_jumping_clocks_make_each_period_once",
    )),
    "R11": Row("Every edit of what was issued is found and named", (
        "tests/reliability/test_journal.py::test_every_edit_is_found_and_named",
    )),
    "R12": Row("What was destroyed comes back whole, of every version, or is refused", (
        "tests/reliability/test_backup.py",
        "tests/reliability/test_upgrades.py",
        "tests/ports/test_archives.py",
    )),
    "R13": Row("Soon at work on a clean machine", (f"{ALONE}::test_a_clean_machine_is_soon_at_work",)),
    "R14": Row("No secret lies anywhere in the clear", ("tests/reliability/test_secrets_at_rest.py",)),
    "R15": Row("An assistant does nothing that cannot be taken back without a person, and only reads when it may", (
        "tests/reliability/test_approvals.py::test_nothing_is_done_without_the_very_yes_for_it",
        "tests/mcp/test_read_only.py::test_a_token_that_may_only_read_writes_nothing",
        "tests/mcp/test_read_only.py::test_the_same_acts_are_refused_over_rest_with_the_same_token",
        "tests/mcp/test_injected_texts.py::test_nothing_is_done_for_a_text_that_asks_for_it",
    )),
    "S": Row("House and reference model do the same, with faults, crashes and a jumping clock", (
        "tests/reliability/test_simulator.py::test_house_and_model_do_the_same",
        "tests/reliability/test_simulator.py::test_a_planted_bug_is_found",
    )),
}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--allow-small", action="store_true", help="write the page from tests in small, too")
    parser.add_argument("--only", nargs="+", choices=list(ROWS), help="these rows alone, printed and not written")
    parser.add_argument(
        "--again", nargs="+", choices=list(ROWS), help="these rows anew, of the same commit, in the page"
    )
    asked = parser.parse_args()
    is_full = os.environ.get("COUNTERFOIL_TEST_SIZE") == "long"
    if asked.again:
        _forget(asked.again)
    else:
        shutil.rmtree(RECORDS, ignore_errors=True)
        RECORDS.mkdir(parents=True)
        (RECORDS / OF).write_text(f"{_commit()} {is_full}", encoding="utf-8")
    code = run(asked.again or asked.only or list(ROWS))
    records = list(read(RECORDS))
    if asked.only:
        print(HEAD, *(line for row in asked.only for line in lines_of(row, records)), sep="\n")
    elif is_full or asked.allow_small:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(page(records, is_full=is_full), encoding="utf-8")
        readme = README.read_text(encoding="utf-8")
        README.write_text(shown_in(readme, short(records, is_full=is_full)), encoding="utf-8")
        print(f"written: {PAGE.relative_to(ROOT)}")
    else:
        print("nothing written: these were small; COUNTERFOIL_TEST_SIZE=long, or --allow-small")
    return code


def run(rows: Sequence[str]) -> int:
    """Runs the tests of these rows; the first exit code that is not 0, or 0."""
    wanted = [test for row in rows for test in ROWS[row].tests if (ROOT / test.partition("::")[0]).exists()]
    command = [sys.executable, "-m", "pytest", "-q", "-m", "long or not long", "--timeout", "7200"]
    environment = {**os.environ, FOLDER: str(RECORDS), SEED: str(run_seed())}
    codes = []
    for tests, more in (
        (
            [each for each in wanted if not each.startswith(ALONE)],
            ["-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"],
        ),
        ([each for each in wanted if each.startswith(ALONE)], []),
    ):
        if tests:
            codes.append(subprocess.run([*command, *more, *tests], cwd=ROOT, env=environment, check=False).returncode)
    return next(filter(None, codes), 0)


def _forget(rows: Sequence[str]) -> None:
    """Drops what was written down of these rows. Ends the program when the rest is of another commit or size."""
    is_full = os.environ.get("COUNTERFOIL_TEST_SIZE") == "long"
    if not (RECORDS / OF).exists() or (RECORDS / OF).read_text(encoding="utf-8") != f"{_commit()} {is_full}":
        sys.exit("the figures that are there are of another commit or size: run all of them")
    tests = tuple(test for row in rows for test in ROWS[row].tests)
    for path in RECORDS.glob("*.jsonl"):
        kept = [line for line in path.read_text(encoding="utf-8").splitlines(keepends=True)
                if not json.loads(line)["test"].startswith(tests)]  # fmt: skip
        path.write_text("".join(kept), encoding="utf-8")


def read(folder: Path) -> Iterator[dict[str, Any]]:
    """What the processes of a run wrote down."""
    for path in sorted(folder.glob("*.jsonl")):
        yield from map(json.loads, path.read_text(encoding="utf-8").splitlines())


def lines_of(row: str, records: Iterable[dict[str, Any]]) -> Iterator[str]:
    """The table's lines of a row: one for each thing shown, or for what kept it from being shown."""
    found = list(records)
    for test in ROWS[row].tests:
        own = [each for each in found if each["test"].partition("[")[0].startswith(test)]
        yield from _lines_of_test(row, test, own)


def _lines_of_test(row: str, test: str, records: list[dict[str, Any]]) -> Iterator[str]:
    if not (ROOT / test.partition("::")[0]).exists():
        yield _line(row, "", "", "does not exist yet", "", test)
        return
    if not records:
        yield _line(row, "", "", "**did not run**", "", test)
    for record in records:
        if record["outcome"] == "failed":
            yield _line(row, "", "", "**FAILED**", f"{record['seconds']:.0f}", record["test"])
        elif record["outcome"] == "skipped":
            yield _line(row, "", "", "**skipped**", "", record["test"])
    passed = [each for each in records if each["outcome"] == "passed"]
    shown = [(each, figure) for each in passed for figure in each["figures"]]
    for each, figure in shown:
        size = f"{figure['count']:,} {figure['unit']}"
        yield _line(row, figure["did"], size, figure["result"], f"{each['seconds']:.0f}", each["test"])
    if passed and not shown:
        seconds = sum(each["seconds"] for each in passed)
        yield _line(row, _words(test), f"{len(passed):,} cases", "passed", f"{seconds:.0f}", test)


def _words(test: str) -> str:
    """What a test's name says."""
    return Path(test.rpartition("::")[2]).stem.removeprefix("test_").replace("_", " ")


def _line(row: str, *cells: str) -> str:
    promise = ROWS[row].promise
    *others, test = cells
    return " | ".join(["| " + row, promise, *(cell.replace("|", "/") for cell in others), f"`{test}` |"])


def page(records: list[dict[str, Any]], *, is_full: bool) -> str:
    """The whole page."""
    size = "full size" if is_full else "small size, as in `make test`: run `make reliability` for the full one"
    rows = "\n".join(line for row in ROWS for line in lines_of(row, records))
    return f"""# Figures

What we promise, and what was done to break it. `make reliability` runs the tests and writes this page; nothing here is
written by hand.

- date: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC
- commit: {_commit()}
- seed: {run_seed()} (`{SEED}`; another one draws other kills, cuts, documents and actions)
- size: {size}
- machine: {os.cpu_count()} processors, Python {sys.version.split()[0]}

{HEAD}
{rows}

The last rows are of a simulator: `python -m tests.reliability.simulator --seed N --steps M` plays one seed again.
`counterfoil selftest` keeps the same promises in small on your own machine.
"""


def short(records: list[dict[str, Any]], *, is_full: bool) -> str:
    """A line a promise, for the README: what was done to it most often, and whether all of its tests passed."""
    lines = ["| promise | tried | outcome |", "|---|---|---|"]
    for name, row in ROWS.items():
        own = [each for each in records if any(each["test"].partition("[")[0].startswith(test) for test in row.tests)]
        figures = [figure for each in own for figure in each["figures"]]
        tried = "; ".join(f"{each['count']:,} {each['unit']}" for each in figures[:3]) or f"{len(own):,} cases"
        has_all = all(any(each["test"].startswith(test) for each in own) for test in row.tests)
        is_kept = has_all and all(each["outcome"] == "passed" for each in own)
        lines.append(f"| {name} {row.promise} | {tried} | {'kept' if is_kept else '**not shown in whole**'} |")
    size = "full size" if is_full else "small size"
    return "\n".join([*lines, "", f"{datetime.now(UTC):%Y-%m-%d}, {size}, commit {_commit()}, seed {run_seed()}."])


def shown_in(readme: str, table: str) -> str:
    """The README with the table between its marks."""
    before, _, rest = readme.partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    return f"{before}{MARKS[0]}\n{table}\n{MARKS[1]}{after}"


def _commit() -> str:
    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()

    has_changes = any(
        not line.endswith(("figures.md", " README.md")) for line in git("status", "--porcelain").splitlines()
    )
    return f"{git('rev-parse', '--short=12', 'HEAD') or 'unknown'}{', with changes beside it' if has_changes else ''}"


if __name__ == "__main__":
    sys.exit(main())
