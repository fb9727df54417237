"""Demand from counts: what the fit finds, what it writes, and what is told of counts that cannot be used."""

from pathlib import Path

import numpy as np
import pytest

from detectors.datatypes.detections import VehicleClass
from scenarios.calibration import Calibrated, Calibration, calibrate, summary
from scenarios.cli.main import main
from scenarios.demand_files import load_demand
from tests.traffic_networks import cross
from twin.network.model import RoadNetwork
from twin.network.native import save_network
from twin.traffic.assignment import expected_vph
from twin.traffic.calibration import Trust, fit_od, geh
from twin.traffic.gates import GateFlows
from twin.traffic.lanegraph import compile_lanes
from twin.traffic.loading import incidence, loads
from twin.traffic.profiles import TRAFFIC, DayKind
from twin.traffic.routing import plan_routes

ARMS = "nesw"
IN, OUT = [f"{arm}-c" for arm in ARMS], [f"c-{arm}" for arm in ARMS]
# Who comes in by n, e, s, w (rows) and leaves by them (columns).
TRUE = np.array([[0, 100, 300, 50], [80, 0, 120, 400], [250, 60, 0, 90], [40, 500, 60, 0]], float)


def written(folder: Path, text: str, name: str = "counts.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def rows(hour: int = 17, factor: float = 1.0, kind: str = "") -> str:
    flows = [*zip(IN, TRUE.sum(axis=1), strict=True), *zip(OUT, TRUE.sum(axis=0), strict=True)]
    return "".join(f"{road},{hour},{flow * factor}{kind}\n" for road, flow in flows)


@pytest.fixture
def net(tmp_path: Path) -> str:
    save_network(cross(150.0), tmp_path / "cross.json")
    return str(tmp_path / "cross.json")


def flow_of(out: Path, network: RoadNetwork, hour: tuple[DayKind, int]) -> dict[str, float]:
    routing = plan_routes(compile_lanes(network), np.zeros(len(network.roads), bool))
    flow = expected_vph(network, load_demand(str(out)), routing, hour)
    return {road.id: float(flow[i]) for i, road in enumerate(network.roads)}


def test_geh_is_what_the_manual_says() -> None:
    assert geh(np.array([1100.0, 0.0]), np.array([1000.0, 0.0])) == pytest.approx([3.086, 0.0], abs=1e-3)


def test_ways_pass_the_roads_that_loads_put_them_on() -> None:
    network = cross()
    routing = plan_routes(compile_lanes(network), np.zeros(len(network.roads), bool))
    ways = incidence(routing, np.arange(len(network.roads), dtype=np.int32))
    od = np.random.default_rng(1).uniform(0, 9, (len(routing.entries), len(routing.exits)))
    od[~np.isfinite(routing.routes.cost_s[:, routing.entries].T)] = 0.0
    assert ways @ od.ravel() == pytest.approx(loads(network, routing, od).sum(axis=0))


def test_the_fit_meets_its_counts_and_never_goes_below_nothing() -> None:
    network = cross()
    routing = plan_routes(compile_lanes(network), np.zeros(len(network.roads), bool))
    number = {road.id: i for i, road in enumerate(network.roads)}
    ways = incidence(routing, np.array([number[road] for road in (*IN, *OUT)], np.int32))
    prior = np.where(TRUE > 0, 100.0, 0.0)
    counts = ways @ TRUE.ravel()
    found = fit_od(ways, counts, prior, Trust().spread(50))
    assert ways @ found.ravel() == pytest.approx(counts, rel=0.01)
    assert found.min() >= 0
    assert (found[prior == 0] == 0).all()
    near = fit_od(ways, counts, prior, Trust().spread(0.01))
    assert near == pytest.approx(prior, rel=0.05)


def test_a_fit_is_written_and_read_again(net: str, tmp_path: Path) -> None:
    counts = written(tmp_path, "road,hour,count\n" + rows() + rows(8, 0.5))
    out = tmp_path / "fitted.toml"
    done = calibrate(Calibration(counts, net, out=out, spread=5.0))
    assert done.contradictions == ()
    total = summary(done.rows)
    assert (total.links, total.good_after) == (16, 1.0)
    assert total.after == pytest.approx(total.counted, rel=0.01)
    network = cross(150.0)
    peak, morning = (flow_of(out, network, (DayKind.WEEKDAY, hour)) for hour in (17, 8))
    assert [peak[road] for road in IN] == pytest.approx(TRUE.sum(axis=1), rel=0.02)
    assert [morning[road] for road in OUT] == pytest.approx(TRUE.sum(axis=0) / 2, rel=0.02)
    noon = flow_of(out, network, (DayKind.WEEKDAY, 12))  # not counted: from those that were, by its factor
    mean = (1 / TRAFFIC.weekday[17] + 0.5 / TRAFFIC.weekday[8]) / 2 * TRAFFIC.weekday[12]
    assert noon["n-c"] == pytest.approx(450 * mean, rel=0.02)


def test_counts_of_a_sunday_are_met_on_sundays(net: str, tmp_path: Path) -> None:
    counts, out = written(tmp_path, "road,hour,count\n" + rows()), tmp_path / "fitted.toml"
    calibrate(Calibration(counts, net, out=out, day=DayKind.SUNDAY, spread=5.0))
    network = cross(150.0)
    assert flow_of(out, network, (DayKind.SUNDAY, 17))["n-c"] == pytest.approx(450, rel=0.02)
    weekday = flow_of(out, network, (DayKind.WEEKDAY, 17))["n-c"]
    assert weekday == pytest.approx(450 * TRAFFIC.weekday[17] / TRAFFIC.sunday[17], rel=0.02)


def test_classes_are_fitted_by_themselves_and_those_not_counted_stay(net: str, tmp_path: Path) -> None:
    text = "road,hour,count,class\n" + rows(17, 0.3, ",car") + rows(17, 0.6, ",motorcycle")
    out = tmp_path / "fitted.toml"
    calibrate(Calibration(written(tmp_path, text), net, out=out, spread=5.0))
    network = cross(150.0)
    routing = plan_routes(compile_lanes(network), np.zeros(len(network.roads), bool))
    gates = GateFlows(network, load_demand(str(out)), routing)
    row = [network.roads[i].id for i in routing.entries].index("n-c")
    by_class = gates.matrix(row, (DayKind.WEEKDAY, 17)).sum(axis=1)
    assert by_class[VehicleClass.CAR] == pytest.approx(0.3 * 450, rel=0.03)
    assert by_class[VehicleClass.MOTORCYCLE] == pytest.approx(0.6 * 450, rel=0.03)
    assert by_class[VehicleClass.TRUCK] == pytest.approx(720 * 1.1 * 0.03, rel=0.01)


def test_the_fit_does_not_see_what_is_held_out(net: str, tmp_path: Path) -> None:
    def fitted(text: str) -> Calibrated:
        return calibrate(Calibration(written(tmp_path, text), net, hold_out=2))

    text = "road,hour,count\n" + rows()
    first = fitted(text)
    held = {row.count.road for row in first.rows if row.held_out}
    assert len(held) == 2
    other = fitted("".join(f"{line.rpartition(',')[0]},9\n" if line.split(",")[0] in held else f"{line}\n"
                           for line in text.splitlines()))  # fmt: skip
    assert other.demand == first.demand


def test_counts_out_of_reach_and_contradictions_are_said(
    net: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prior = written(tmp_path, "[[gate]]\nroad = 'n-c'\nvph = 0\n", "prior.toml")
    text = "road,hour,count\n" + rows().replace("s-c,17,400.0", "s-c,17,900.0")
    counts = written(tmp_path, text)
    assert main(["traffic", "calibrate", str(counts), "--network", net, "--prior", str(prior)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Out of reach, not fitted: n-c." in said
    assert (
        "Counts around junction c contradict each other at 17 h, or a queue grew: 2550 in, 2050 out." in said
    )


def test_the_table_is_in_the_language_of_the_reader(
    net: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    counts = written(tmp_path, "road,hour,count\n" + rows())
    out = str(tmp_path / "d.toml")
    assert main(["traffic", "calibrate", str(counts), "--network", net, "--out", out, "--lang", "id"]) == 0
    said = capsys.readouterr().out
    assert "sebelum" in said
    assert "Ditulis" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "road,hour,count\nn-c,17,-5\n",
            "counts.csv, line 2: count: expected a number of at least 0, got '-5'",
        ),
        (
            "road,hour,count\nn-c,17,nan\n",
            "counts.csv, line 2: count: expected a number of at least 0, got 'nan'",
        ),
        ("road,hour,count\nn-c,17,\n", "counts.csv, line 2: count: expected a value, got none"),
        ("road,hour,count\n\nn-cc,17,5\n", "counts.csv, line 3: unknown road 'n-cc'; did you mean 'n-c'?"),
        (
            "road,hour\nn-c,17\n",
            "counts.csv, line 1: expected the columns road, hour, count, got no column 'count'",
        ),
        (
            "road,hour,count\nn-c,24,5\n",
            "counts.csv, line 2: hour: expected a whole hour from 0 to 23, got '24'",
        ),
        (
            "road,hour,count,class\nn-c,1,5,cart\n",
            "counts.csv, line 2: unknown class 'cart'; did you mean 'car'?",
        ),
        (
            "road,hour,count,class\nn-c,1,5,car\ne-c,1,5,\n",
            "counts.csv, line 3: hour 1: expected a class in all of its rows or in none",
        ),
        ("", "counts.csv: expected a head road,hour,count and rows, got none"),
        ("road,hour,count\n\x00", "counts.csv"),
    ],
)
def test_broken_counts_are_one_line(
    text: str, said: str, net: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.toml"
    line = ["traffic", "calibrate", str(written(tmp_path, text)), "--network", net, "--out", str(out)]
    assert main(line) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1
    assert not out.exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--hold-out", "8"], "--hold-out 8: expected less than the 8 counted roads that a way passes"),
        (["--prior", "none"], "unknown demand 'none'"),
        (["--prior", "turns.toml"], "expected a prior with flows, got turns; calibrate fits an OD"),
        (["--out", "nowhere/d.toml"], "no folder nowhere; make it first"),
    ],
)
def test_options_that_make_no_sense(
    options: list[str],
    said: str,
    net: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "[[turn]]\napproach = 'n-c'\nonto = [{ road = 'c-s', share = 1.0 }]\n", "turns.toml")
    counts = written(tmp_path, "road,hour,count\n" + rows())
    assert main(["traffic", "calibrate", str(counts), "--network", net, *options]) == 2
    assert said in capsys.readouterr().err
