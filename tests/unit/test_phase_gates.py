from dataclasses import replace

import pytest

from scenarios.planning import gate_simulation
from scenarios.planning.compare import Compared
from scenarios.planning.gate_geometry import geometry_gate
from scenarios.planning.gate_simulation import gate_rows
from scenarios.planning.gates import GateRow, Verdict, overall
from scenarios.planning.geometry_limits import GeometryLimits
from scenarios.planning.view_check import check_views
from scenarios.spec import load_plan
from tests.evenings import compared, plan
from twin.cameras.plans import CameraPlan
from twin.network import library

ONE, MORE = plan("one", 40.0, 262.0), plan("more", 40.0, 120.0, 200.0, 262.0)


def verdicts(rows: tuple[GateRow, ...]) -> dict[str, Verdict]:
    return {row.criterion: row.verdict for row in rows}


@pytest.fixture(autouse=True)
def _no_optimiser(monkeypatch: pytest.MonkeyPatch) -> None:
    row = GateRow("optimality gap", "<= 1 %", "0.0 %", Verdict.PASS)
    monkeypatch.setattr(gate_simulation, "_gap_row", lambda _spec, _limits: row)


def test_one_failure_fails_a_gate_and_one_open_criterion_leaves_it_open() -> None:
    def rows(*found: Verdict) -> list[GateRow]:
        return [GateRow("x", "", "", verdict) for verdict in found]

    assert overall(rows(Verdict.PASS, Verdict.PASS)) is Verdict.PASS
    assert overall(rows(Verdict.PASS, Verdict.NOT_PROVED)) is Verdict.NOT_PROVED
    assert overall(rows(Verdict.FAIL, Verdict.NOT_PROVED)) is Verdict.FAIL
    assert overall([]) is Verdict.NOT_PROVED


def stressed(base: Compared) -> tuple[Compared, Compared]:
    return base, base


def test_a_gain_that_is_large_and_lasts_is_proved() -> None:
    base = compared(ONE, plan("all", 5.0, 40.0, 75.0, 110.0, 145.0, 180.0, 215.0, 240.0, 262.0), 10)
    found = verdicts(gate_rows(base, stressed(base)))
    for name in ("seeds", "gain excludes 0", "gain matters", "gain kept: demand x 0.8"):
        assert found[name] is Verdict.PASS, name


def test_fewer_than_ten_seeds_prove_nothing() -> None:
    base = compared(ONE, MORE, 9)
    found = gate_rows(base, stressed(base))
    assert {row.verdict for row in found if row.criterion != "optimality gap"} == {Verdict.NOT_PROVED}


def test_a_plan_without_a_gain_fails() -> None:
    base = compared(ONE, ONE, 10)
    found = verdicts(gate_rows(base, stressed(base)))
    assert found["gain excludes 0"] is found["gain matters"] is Verdict.FAIL
    assert found["gain kept: night"] is Verdict.NOT_PROVED


def test_a_gain_that_hangs_on_one_camera_is_not_kept_when_it_is_down() -> None:
    base = compared(ONE, plan("two", 40.0, 150.0, 262.0), 10)
    assert verdicts(gate_rows(base, stressed(base)))["gain kept: one camera down"] is Verdict.FAIL


def test_the_geometry_of_a_plan_is_judged_view_by_view() -> None:
    network = library.named("mt-haryono")
    base = load_plan("beruang-madu")
    found = verdicts(geometry_gate(base, network, "beruang-madu"))
    assert found["roll"] is Verdict.PASS
    assert found["shutter"] is Verdict.NOT_PROVED
    assert found["density"] is Verdict.FAIL
    easy = GeometryLimits(plate_px_per_m=100.0, detect_px_per_m=9.0, horizontal_rad=1.0)
    assert verdicts(geometry_gate(base, network, "beruang-madu", easy))["density"] is Verdict.PASS


def test_the_gate_and_the_check_of_cameras_say_the_same_of_every_view() -> None:
    network = library.named("mt-haryono")
    for name in ("contoh-g0", "beller"):
        seen = load_plan(name)
        gate = geometry_gate(seen, network, "beller")
        checks = check_views(seen, network)
        assert overall(gate[1:]) is overall(row for check in checks for row in check.rows)
        for row in gate[1:]:
            said = [found for check in checks if (found := check.row(row.criterion)) is not None]
            passed = sum(one.verdict is Verdict.PASS for one in said)
            assert row.found == f"{passed}/{len(said)}", row.criterion
            assert row.limit == "; ".join(sorted({one.limit for one in said}))


def test_a_camera_that_looks_away_is_named() -> None:
    network = library.named("mt-haryono")
    away = replace(
        load_plan("beruang-madu").views[0], name="away", road="mth-4.0+", along_m=50.0, aim_along_m=84.0
    )
    row = geometry_gate(CameraPlan("x", (away,)), network, "beruang-madu")[0]
    assert (row.verdict, row.note) == (Verdict.FAIL, "away")
