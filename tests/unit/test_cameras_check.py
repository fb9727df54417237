"""Gate G0 view by view, and `bconnect cameras check`."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from matplotlib.image import imread

from scenarios.cli.checking import limits_of
from scenarios.cli.main import main
from scenarios.errors import InputError
from scenarios.planning.gates import Verdict
from scenarios.planning.geometry_limits import LIMITS, GeometryLimits
from scenarios.planning.view_check import ViewCheck, check_views
from scenarios.spec import load_plan
from twin.cameras.plans import Purpose
from twin.network import library

NETWORK = library.named("mt-haryono")
EXAMPLES = load_plan("contoh-g0")


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BCONNECT_LANG", "en")
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture(name="checks", scope="module")
def _checks() -> dict[str, ViewCheck]:
    return {check.view: check for check in check_views(EXAMPLES, NETWORK)}


def failing(check: ViewCheck) -> set[str]:
    return {row.criterion for row in check.rows if row.verdict is Verdict.FAIL}


def test_of_each_kind_of_evidence_one_view_passes_and_one_fails_where_it_should(
    checks: dict[str, ViewCheck],
) -> None:
    assert {name: failing(check) for name, check in checks.items()} == {
        "tepi-baik-kerb": set(),
        "tepi-rendah-kerb": {"plates in a row"},
        "merah-baik-simpang": set(),
        "merah-curam-simpang": {"line, head and junction", "shutter"},
    }
    assert checks["tepi-baik-kerb"].verdict is Verdict.PASS
    assert checks["tepi-baik-kerb"].purposes == (Purpose.KERB,)
    assert checks["merah-curam-simpang"].classes == ("observe", "outline")


def test_without_a_stated_shutter_a_view_is_not_proved_and_a_short_one_proves_it() -> None:
    views = tuple(replace(view, shutter_s=None) for view in EXAMPLES.views)
    checks = {check.view: check for check in check_views(replace(EXAMPLES, views=views), NETWORK)}
    assert checks["merah-baik-simpang"].verdict is Verdict.NOT_PROVED
    assert checks["tepi-baik-kerb"].verdict is Verdict.PASS  # what stands is sharp at any exposure


def test_a_view_whose_purpose_is_not_stated_is_judged_by_what_it_shows() -> None:
    views = tuple(replace(view, purposes=()) for view in EXAMPLES.views)
    found = check_views(replace(EXAMPLES, views=views), NETWORK)
    assert [check.purposes[0] for check in found] == [Purpose.KERB, Purpose.KERB, *[Purpose.RED_LIGHT] * 2]


def test_a_view_meant_for_red_light_that_shows_no_line_fails() -> None:
    views = tuple(replace(view, purposes=(Purpose.RED_LIGHT,)) for view in EXAMPLES.views[:1])
    cameras = EXAMPLES.cameras[:1]
    (check,) = check_views(replace(EXAMPLES, views=views, cameras=cameras), NETWORK)
    assert check.row("line, head and junction").note == "no stop line is in view"  # type: ignore[union-attr]
    assert "plate zone" in failing(check)


@pytest.mark.parametrize(
    ("limits", "criterion"),
    [
        (replace(LIMITS, plate_px_per_m=5000.0), "plate zone"),
        (replace(LIMITS, character_px=90.0), "characters"),
        (replace(LIMITS, stroke_px=13.5), "strokes"),
        (replace(LIMITS, vertical_rad=0.3), "vertical angle"),
        (replace(LIMITS, horizontal_rad=0.01), "horizontal angle"),
        (replace(LIMITS, detect_px_per_m=100.0), "density"),
    ],
)
def test_each_limit_is_a_parameter(limits: GeometryLimits, criterion: str) -> None:
    plan = replace(EXAMPLES, views=EXAMPLES.views[:1], cameras=EXAMPLES.cameras[:1])
    (check,) = check_views(plan, NETWORK, limits)
    assert failing(check) == {criterion}


def test_limits_are_stated_by_name_and_angles_in_degrees() -> None:
    assert limits_of(("share=0.5", "vertical_deg=45")).share == 0.5
    assert limits_of(("vertical_deg=45",)).vertical_rad == pytest.approx(0.7854, abs=1e-4)
    for wrong, expected in (("shar=1", "did you mean 'share'"), ("share=much", "expected share=NUMBER")):
        with pytest.raises(InputError, match=expected):
            limits_of((wrong,))


def test_the_command_says_which_view_fails_and_why_and_draws_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    command = ["cameras", "check", "contoh-g0", "--camera", "tepi-baik", "--camera", "merah-curam"]
    assert main([*command, "--out", str(out)]) == 3
    said = capsys.readouterr().out
    assert "PASS  tepi-baik-kerb\n" in said
    assert "FAIL  merah-curam-simpang: line, head and junction 0/1 (one view, Jl. MT Haryono)" in said
    assert "1 of 2 views pass, 1 fail, 0 are not proved." in said
    for name in ("coverage.png", "views/tepi-baik-kerb.png", "views/merah-curam-simpang.png"):
        assert imread(out / name)[..., :3].std() > 0.02
    rows = list(csv.DictReader((out / "views.csv").read_text(encoding="utf-8").splitlines()))
    row = next(r for r in rows if r["view"] == "merah-curam-simpang" and r["criterion"] == "shutter")
    assert (row["limit"], row["found"], row["verdict"]) == ("<= 1/550 s", "1/250 s", "FAIL")


def test_a_plan_of_which_every_view_passes_exits_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cameras", "check", "contoh-g0", "--camera", "tepi-baik", "--lang", "id"]) == 0
    assert "LULUS  tepi-baik-kerb" in capsys.readouterr().out


def test_more_than_the_stated_uplink_is_told_with_the_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = tmp_path / "mine.toml"
    plan.write_text('uplink_mbps = 10\nextends = "contoh-g0"\n', encoding="utf-8")
    plan.write_text(plan.read_text() + VIEW, encoding="utf-8")
    assert main(["cameras", "check", str(plan), "--camera", "tepi-baik"]) == 2
    captured = capsys.readouterr()
    assert "1 of 1 views pass" in captured.out
    assert f"{plan}, line 1: 5 cameras send 20 Mbps, 2.0 times the uplink_mbps = 10" in captured.err
    assert captured.err.count("\n") == 1


VIEW = """
[[view]]
name = "one-more"
road = "mth-2.2+"
along_m = 40.0
offset_m = 5.8
height_m = 14.0
fps = 5.0
aim_along_m = 69.0
aim_offset_m = 4.0
hfov_deg = 40.0
"""


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--camera", "tepi-bai"), "unknown camera of plan contoh-g0 'tepi-bai'; did you mean 'tepi-baik'?"),
        (("--limit", "plates=3"), "unknown limit 'plates'"),
        (("--on", "atlantis"), "unknown network 'atlantis'"),
    ],
)
def test_bad_options_are_one_line_and_exit_code_2(
    options: tuple[str, ...], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cameras", "check", "contoh-g0", *options]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert expected in captured.err
