"""A rollout through its whole chain: drivers, cases, crews, learning, weeks, report."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from scenarios.cli.main import main
from scenarios.phases.history import COUNTS, History, run_history
from scenarios.phases.measures import ALL, Arms, Verdict, conclusion, weeks
from scenarios.phases.rollout import (
    PhaseSpec,
    Rollout,
    Stage,
    untouched,
    without_enforcement,
    without_recall,
)
from scenarios.reports.rollout_inputs import inputs
from scenarios.reports.rollout_report import RESTS_ON, schema_text, write_rollout_report
from scenarios.rollout import roll_out, run_arms
from scenarios.rollout_files import load_rollout
from scenarios.texts import LANGUAGES, read_catalogue
from scenarios.toml_files import Kind, resolve
from twin.field.crews import CrewKind, Outcome
from twin.field.kerb import Measure

BEGIN = date(2025, 11, 24)
FULL = {"officers": (4, 6), "sticker_crews": 3, "publicity": 0.5, "cameras": True}


def small(**changes: object) -> Rollout:
    """Three days each of warnings, enforcement and withdrawal, after one day without anything."""
    phases = (
        PhaseSpec(Stage.SOCIALISATION, BEGIN, officers=(2, 2), publicity=1.0, cameras=True),
        PhaseSpec(Stage.ENFORCEMENT, BEGIN + timedelta(days=3), tow_trucks=2, **FULL),
        PhaseSpec(Stage.WITHDRAWAL, BEGIN + timedelta(days=6)),
    )
    ktl = load_rollout("ktl-2025")
    ladder = replace(ktl.ladder, towing_from=BEGIN)
    usual = {"first_day": BEGIN, "lead_in_days": 1, "phases": phases, "raids": (), "ladder": ladder}
    return replace(ktl, **{**usual, **changes})


@pytest.fixture(scope="module")
def arms() -> Arms:
    return run_arms(small(), 9, 1)


def same(one: History, other: History) -> bool:
    pairs = [(getattr(one, name), getattr(other, name)) for name in ("counts", "acts", "waits_s")]
    return all((a == b).all() for a, b in pairs)


def sums(history: History, name: str) -> float:
    return float(history.of(name).sum())


def test_enforcement_set_to_zero_leaves_no_difference_at_all(arms: Arms) -> None:
    nothing = run_history(without_enforcement(small()), 9, 1)
    assert same(nothing, arms.untouched)
    assert (nothing.jobs == arms.untouched.jobs).all()
    assert not same(arms.rollout, arms.untouched)


def test_an_engine_that_finds_nothing_deters_exactly_as_if_there_were_no_cameras(arms: Arms) -> None:
    rollout = small()
    blind = replace(rollout, phases=tuple(replace(phase, cameras=False) for phase in rollout.phases))
    assert same(arms.without_recall, run_history(blind, 9, 1))
    assert sums(arms.rollout, "comply_alone") > sums(arms.without_recall, "comply_alone")


def test_cameras_alone_without_recall_change_nothing() -> None:
    only = small(phases=(PhaseSpec(Stage.ENFORCEMENT, BEGIN, sticker_crews=3, tow_trucks=2, cameras=True),))
    assert same(run_history(without_recall(only), 5, 2), run_history(untouched(only), 5, 2))
    assert not same(run_history(only, 5, 2), run_history(untouched(only), 5, 2))


def test_who_wants_to_stop_is_the_same_whatever_is_done(arms: Arms) -> None:
    assert (arms.rollout.of("wishes") == arms.untouched.of("wishes")).all()


def test_before_the_first_phase_nothing_differs(arms: Arms) -> None:
    assert (arms.rollout.counts[0] == arms.untouched.counts[0]).all()


def test_socialisation_warns_and_never_sanctions(arms: Arms) -> None:
    warnings = [list(Measure).index(one) for one in (Measure.ANNOUNCEMENT, Measure.WARNING)]
    sanctions = [list(Measure).index(one) for one in (Measure.TICKET, Measure.STICKER, Measure.TOWING)]
    assert arms.rollout.acts[1:4][:, warnings].sum() > 0
    assert arms.rollout.acts[1:4][:, sanctions].sum() == 0
    assert arms.rollout.acts[4:7][:, sanctions].sum() > 0
    assert arms.rollout.acts[7:].sum() == 0


def test_all_three_kinds_of_crew_are_sent(arms: Arms) -> None:
    done = arms.rollout.jobs[:, :, list(Outcome).index(Outcome.DONE)].sum(axis=0)
    assert dict(zip(CrewKind, done > 0, strict=True)) == dict.fromkeys(CrewKind, True)


def test_counts_are_parts_of_their_wholes(arms: Arms) -> None:
    for history in (arms.rollout, arms.untouched):
        assert (history.of("comply_alone") <= history.of("comply_shown")).all()
        complied = history.of("in_sight_comply") + history.of("out_of_sight_comply")
        assert (complied + history.of("stood") == history.of("wishes")).all()
        assert (history.of("side_street") + history.of("waited") <= complied).all()
        assert (history.of("sanctioned") <= history.of("stood")).all()
        assert np.isfinite(history.counts).all()


def test_the_same_seed_gives_the_same_history_and_another_another(arms: Arms) -> None:
    assert same(run_history(small(), 9, 1), arms.rollout)
    assert not same(run_history(small(), 9, 2), arms.rollout)


def test_the_gap_of_a_week_is_beside_an_officer_less_without_one(arms: Arms) -> None:
    found = weeks(small(), [arms])
    assert [week.number for week in found if week.zone == ALL] == [1, 2]
    first = found[0]
    h = arms.rollout
    shown, alone = h.of("comply_shown")[1:8].sum(), h.of("comply_alone")[1:8].sum()
    assert first.gap.mean == pytest.approx((shown - alone) / h.of("wishes")[1:8].sum())
    assert (first.gap.low, first.gap.n) == (None, 1)


def test_one_run_resolves_nothing_and_no_withdrawal_tries_nothing(arms: Arms) -> None:
    found = weeks(small(), [arms])
    assert conclusion(small(), found).verdict is Verdict.NOT_RESOLVED
    assert conclusion(small(phases=small().phases[:2]), found).verdict is Verdict.NOT_TRIED


def test_nothing_survives_of_nothing() -> None:
    nothing = without_enforcement(small())
    three = [run_history(nothing, 9, seed) for seed in (1, 2, 3)]
    found = weeks(nothing, [Arms(one, one, one) for one in three])
    assert {(week.effect.mean, week.effect.low, week.norm.high) for week in found} == {(0.0, 0.0, 0.0)}
    assert conclusion(nothing, found).verdict is Verdict.FADED


@pytest.fixture(scope="module", params=["en", "id"])
def result(request: pytest.FixtureRequest, arms: Arms, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("rollout")
    found = weeks(small(), [arms])
    write_rollout_report(small(), [arms], found, conclusion(small(), found), out, request.param)
    return out


def test_the_json_keeps_to_its_schema(result: Path) -> None:
    told = json.loads((result / "rollout.json").read_text(encoding="utf-8"))
    jsonschema.validate(told, json.loads(schema_text()), jsonschema.Draft202012Validator)


def test_no_input_is_told_as_an_outcome(result: Path) -> None:
    told = json.loads((result / "rollout.json").read_text(encoding="utf-8"))
    names = {one["name"] for one in told["inputs"]}
    rests_on = told["outcomes"]["rests_on"]
    outcomes = set(told["outcomes"]["weeks"][0]) | set(told["outcomes"])
    # the two that share a name with their price say what they rest on
    assert names & outcomes <= set(rests_on)
    assert {key for keys in RESTS_ON.values() for key in keys} <= names
    assert {"recall", "coverage beller", "publicity", "officers", "half_life_d"} <= names
    page = (result / "report.html").read_text(encoding="utf-8")
    assert page.index('id="weeks"') < page.index('id="inputs"')


def test_the_page_needs_nothing_else_and_is_in_one_language(result: Path) -> None:
    page = (result / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"https?://", page)
    language = re.findall(r'<html lang="(\w+)"', page)[0]
    texts = {str(m.id): str(m.string) for m in read_catalogue(language) if m.id}
    for said in ("Compliance, and the culture gap", "What was put in", "half-life of what was learnt"):
        assert texts[said] in page
    assert page.count("<svg") == 4


def test_the_command_writes_the_report_and_replaces_only_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    source = resolve(Kind.ROLLOUT, "ktl-2025").read_text(encoding="utf-8")
    source = source.replace("lead_in_days = 30 ", "lead_in_days = 0 ")
    (tmp_path / "mine.toml").write_text(source, encoding="utf-8")
    command = ["rollout", str(tmp_path / "mine.toml"), "--days", "2", "--seeds", "1", "--lang", "en"]
    for _ in range(2):
        assert main([*command, "--out", str(tmp_path / "out")]) == 0
    assert "Culture gap" in capsys.readouterr().out
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["report.html", "rollout.json"]
    assert main([*command, "--out", str(tmp_path)]) == 2
    assert "is not an earlier result" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ktl-2026"], "unknown rollout 'ktl-2026'; did you mean 'ktl-2025'?"),
        (["ktl-2025", "--days", "0"], "'--days'"),
        (["nowhere/mine.toml"], "nowhere/mine.toml: no such file"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rollout", *arguments, "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert said in error
    assert not (tmp_path / "out").exists()


def test_a_zone_that_the_network_does_not_have_is_named(tmp_path: Path) -> None:
    strange = small(zones=("beruang-madu", "atlantis"))
    with pytest.raises(
        ValueError, match="nobody stops in a zone 'atlantis'; zones of its roads: balikpapan-baru"
    ):
        roll_out(strange, days=1, seeds=(1,), workers=1, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_input_has_a_text(language: str) -> None:
    known = {str(m.id) for m in read_catalogue(language) if m.id}
    told = inputs(load_rollout("ktl-2025"))
    codes = {*Stage, *Verdict, *Measure, *CrewKind, *Outcome, *(one.standing for one in told)}
    assert {one.what for one in told} | set(map(str, codes)) <= known


def test_counts_have_names_of_their_own() -> None:
    assert len(set(COUNTS)) == len(COUNTS)
