"""The officer's day of the README, its very commands in their order, on a result as the run leaves one."""

import re
import shlex
from pathlib import Path

import pytest

from detectors.archive.store import CaseStore
from scenarios.cli.main import main
from scenarios.desk.finding import find_case
from tests.desk_result import desk_result

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
RUN = ["validate", "beruang-madu"]


def day() -> list[list[str]]:
    """Return the commands of the section, in their order."""
    section = README.partition("### The officer's day")[2].partition("\n## ")[0].partition("\n- [")[0]
    blocks = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    lines = [line.split("   #")[0] for block in blocks for line in block.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("bconnect ")]


@pytest.mark.slow
def test_the_officers_day_works_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BCONNECT_LANG", "en")
    monkeypatch.delenv("BCONNECT_SEAL_KEY", raising=False)
    done = []
    for command in day():
        if command[:2] == RUN:  # an evening takes minutes: its result is written by hand
            assert {"--desk", "--day", "--detector"} <= set(command)
            desk_result(Path(command[command.index("--out") + 1]))
            continue
        assert main(command) == 0, (command, capsys.readouterr().err)
        done.append(command[1])
    assert {"key", "seal", "list", "stats", "review", "step", "export", "show", "verify", "quiz"} <= set(done)
    with CaseStore("out/desk", create=False) as store:
        ends = {case.state.value: [event.state.value for event in case.history] for case in store.cases()}
        letters = find_case(store, "simpang-b*0001")
    assert ends["penderekan"] == ["captured", "accepted", "teguran", "stiker", "penderekan"]
    assert ends["rejected"] == ["captured", "rejected"]
    assert ends["cancelled"] == [
        "captured", "accepted", "letter", "confirmed", "tilang", "appealed", "cancelled",
    ]  # fmt: skip
    assert "Surat konfirmasi" in Path(f"out/letters/{letters}/letter.html").read_text(encoding="utf-8")
    assert "the court PN-7" in capsys.readouterr().out
