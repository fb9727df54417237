"""What signs and markings say: turns on red, hours, countdowns, boxes; in memory and in every format."""

import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from scenarios.cli.main import main
from scenarios.cli.network import export_network
from tests.network_files import OSM, sumo_xml
from tests.signed_networks import changed, furnished, turn
from tests.traffic_networks import cross
from twin.network import balikpapan
from twin.network.build import build_network
from twin.network.check import check_network
from twin.network.hours import edges_h, unusable, within
from twin.network.importers import load_network
from twin.network.importers.tags import conditional
from twin.network.model import Detector, NetworkError, Phase, RoadNetwork, SignalPlan, TurnKind
from twin.network.native import save_network
from twin.network.streets import Node, Restriction, Street
from twin.traffic.sumo_network import write_plain

NETCONVERT = (Path(sys.executable).parent / "netconvert").exists() or shutil.which("netconvert")
CONDITIONAL = OSM.replace('k="restriction" v="no_right_turn"', 'k="restriction:conditional" v="{}"')


def load(folder: Path, text: str) -> RoadNetwork:
    file = folder / "map"
    file.write_text(text)
    return load_network(file)


@pytest.mark.parametrize(
    ("hour", "windows", "inside"),
    [
        (6.0, [(6, 20)], True),
        (20.0, [(6, 20)], False),
        (5.9, [(6, 20)], False),
        (23.0, [(22, 5)], True),
        (4.9, [(22, 5)], True),
        (5.0, [(22, 5)], False),
        (0.0, [(0, 24)], True),
        (12.0, [], False),
    ],
)
def test_hours(hour: float, windows: list[tuple[float, float]], inside: bool) -> None:
    assert within(hour, windows) is inside


def test_edges_and_unusable_hours() -> None:
    assert edges_h([(22, 5), (0, 24)]) == (0, 5, 22)
    assert unusable([(6, 20), (7, 7), (-1, 3), (3, 25), (24, 3)]) == ((7, 7), (-1, 3), (3, 25), (24, 3))


def test_everything_comes_back_from_our_own_file(tmp_path: Path) -> None:
    network = furnished()
    check_network(network)
    save_network(network, tmp_path / "a.json")
    again = load_network(tmp_path / "a.json")
    save_network(again, tmp_path / "b.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert (again.turns, again.junctions, again.signal_plans) == (
        network.turns,
        network.junctions,
        network.signal_plans,
    )
    assert {road.motorcycle_box_m for road in again.roads} == {0.0, 8.0}


def test_a_file_from_before_has_none_of_it(tmp_path: Path) -> None:
    save_network(cross(), tmp_path / "a.json")
    text = (tmp_path / "a.json").read_text()
    for word in (
        ', "on_red": false, "prohibited": []',
        ', "countdown": false',
        ', "motorcycle_box_m": 0.0',
        ', "hours": [], "detectors": [], "skip": false',
        ', "min_green_s": 0.0, "gap_s": 0.0',
    ):
        assert word in text
        text = text.replace(word, "")
    assert load(tmp_path, text).turns == cross().turns


def test_balikpapan_prohibits_the_right_turn_at_wika_by_day_and_leaves_the_turn_back() -> None:
    for network in (balikpapan.city(), balikpapan.corridor()):
        shut = [turn for turn in network.turns if turn.prohibited]
        assert [(t.from_road, t.to_road, t.prohibited) for t in shut] == [
            ("syarifuddin-yoes.0-", "mth-5.0+", ((6.0, 20.0),))
        ]
        assert shut[0].kind is TurnKind.RIGHT
        assert turn(network, "mth-4.2-", TurnKind.UTURN).to_road == "mth-4.2+"
        assert not any(junction.countdown for junction in network.junctions)
        assert not any(road.motorcycle_box_m for road in network.roads)
        check_network(network)


@pytest.mark.parametrize(
    ("text", "value", "hours"),
    [
        ("no_right_turn @ (06:00-20:00)", "no_right_turn", ((6.0, 20.0),)),
        ("no_right_turn @ (Mo-Fr 06:30-09:00,16:00-19:15)", "no_right_turn", ((6.5, 9.0), (16.0, 19.25))),
        ("only_straight_on @ 22:00-05:00", "only_straight_on", ((22.0, 5.0),)),
        ("no_left_turn @ (weight>5); no_right_turn @ (00:00-24:00)", "no_right_turn", ((0.0, 24.0),)),
        ("no_right_turn @ (weight>5)", "", ()),
        ("no_right_turn", "", ()),
        ("", "", ()),
    ],
)
def test_conditional_tags(text: str, value: str, hours: tuple[tuple[float, float], ...]) -> None:
    assert conditional(text) == (value, hours)


def test_osm_restriction_by_hour_keeps_the_turn(tmp_path: Path) -> None:
    network = load(tmp_path, CONDITIONAL.format("no_right_turn @ (06:00-20:00)"))
    hours = {t.to_road: t.prohibited for t in network.turns_from["11.0-"]}
    assert hours == {"14.0+": (), "10.0-": ((6.0, 20.0),)}
    assert network.restrictions == 1
    always = load(tmp_path, CONDITIONAL.format("no_right_turn @ (weight>5)"))
    assert {t.prohibited for t in always.turns} == {()}


def test_osm_only_by_hour_prohibits_the_others(tmp_path: Path) -> None:
    network = load(tmp_path, CONDITIONAL.format("only_right_turn @ (06:00-20:00)"))
    hours = {t.to_road: t.prohibited for t in network.turns_from["11.0-"]}
    assert hours == {"14.0+": ((6.0, 20.0),), "10.0-": ()}


def test_a_turn_back_that_a_sign_prohibits_can_still_be_driven() -> None:
    nodes = (Node("w", -300, 0), Node("u", 0, 0), Node("e", 300, 0))
    street = Street("main", "Jl. Utama", ("w", "u", "e"), None, 2, 2, 13.9, median_m=4.0, priority=3)
    network = build_network(
        "back",
        (116.8, -1.2),
        32750,
        left_hand=True,
        nodes=nodes,
        streets=(street,),
        uturns=["u"],
        restrictions=[Restriction("main", "u", "main", only=False, hours=((0.0, 24.0),))],
    )
    check_network(network)
    assert turn(network, "main.0+", TurnKind.UTURN).prohibited == ((0.0, 24.0),)
    assert turn(network, "main.0+", TurnKind.STRAIGHT).prohibited == ()


@pytest.mark.parametrize("tag", ["red_turn:left", "red_turn:right", "red_turn:left:bicycle"])
@pytest.mark.parametrize("left_hand", [True, False])
def test_osm_red_turn_counts_for_the_kerb_side_turn_of_its_approach(
    tmp_path: Path, tag: str, left_hand: bool
) -> None:
    signal = '<tag k="highway" v="traffic_signals"/>'
    text = OSM.replace(signal, f'{signal}<tag k="{tag}" v="yes"/>').replace('k="oneway"', 'k="note"')
    (tmp_path / "map").write_text(text)
    network = load_network(tmp_path / "map", left_hand)
    allowed = {(t.from_road, t.kind) for t in network.turns if t.on_red}
    near = f"red_turn:{network.near_turn.value}"
    ways = {(t.from_road, t.kind) for t in network.turns_from["10.0+"] if t.kind is network.near_turn}
    assert ways
    assert allowed == (ways if tag == near else set())


def test_sumo_letter_s_is_a_turn_on_red(tmp_path: Path) -> None:
    west = 'from="wc" to="ce" fromLane="1" toLane="1" tl="t" linkIndex="0" dir="s"'
    turning = sumo_xml(second="sGrG").replace(
        west, west.replace('to="ce"', 'to="cn"').replace('dir="s"', 'dir="l"')
    )
    network = load(tmp_path, turning)
    assert [(t.from_road, t.to_road) for t in network.turns if t.on_red] == [("wc", "cn")]
    assert not any(t.on_red for t in load(tmp_path, sumo_xml(second="sGrG")).turns)  # straight on: not kept


def test_sumo_export_writes_s_and_detectors(tmp_path: Path) -> None:
    network = furnished()
    base, night = network.signal_plans
    *_, signals = write_plain(network, tmp_path / "x")
    text = signals.read_text()
    assert text.count('type="static"') == 1
    states = [line.split('state="')[1].split('"')[0] for line in text.splitlines() if "<phase" in line]
    assert [state.count("s") for state in states] == [1, 1, 1, 0, 0, 1]
    *_, signals = write_plain(replace(network, signal_plans=(replace(night, hours=()),)), tmp_path / "y")
    assert 'type="actuated"' in signals.read_text()
    assert 'duration="40" minDur="7" maxDur="40"' in signals.read_text()
    assert 'key="max-gap" value="2.5"' in signals.read_text()
    assert base.cycle_s == night.cycle_s == 90.0


def test_an_actuated_program_of_sumo_keeps_its_limits(tmp_path: Path) -> None:
    static = '<tlLogic id="t" type="static" programID="0" offset="5"><phase duration="30" '
    text = sumo_xml().replace(
        static,
        '<tlLogic id="t" type="actuated" programID="0" offset="5"><param key="max-gap" value="2.5"/>'
        '<phase duration="30" minDur="6" maxDur="45" ',
    )
    assert text != sumo_xml()
    (plan,) = load(tmp_path, text).signal_plans
    main, side = plan.phases
    assert (main.min_green_s, main.green_s, main.gap_s, main.yellow_s) == (6.0, 45.0, 2.5, 3.0)
    assert (side.green_s, side.gap_s) == (25.0, 0.0)  # without limits: fixed
    assert {d.road for d in plan.detectors} == {"nc", "ec", "sc", "wc"}
    assert [d.distance_m for d in plan.detectors] == pytest.approx([27.78] * 4)


@pytest.mark.skipif(not NETCONVERT, reason="netconvert is not installed: the extra `peers`")
def test_turns_on_red_and_actuated_greens_come_back_from_sumo(tmp_path: Path) -> None:
    network = furnished()
    night = replace(network.signal_plans[1], hours=())
    save_network(replace(network, signal_plans=(night,)), tmp_path / "a.json")
    *_, net = export_network(load_network(tmp_path / "a.json"), tmp_path / "x")
    back = load_network(net)
    assert [(t.from_road, t.to_road) for t in back.turns if t.on_red] == [("s-c", "c-w")]
    (plan,) = back.signal_plans
    assert [(p.min_green_s, p.green_s, p.gap_s, p.yellow_s, p.all_red_s) for p in plan.phases] == [
        (7.0, 40.0, 2.5, 3.0, 2.0)
    ] * 2


PLAN = SignalPlan("c", (Phase(("n-c", "s-c"), 30.0), Phase(("e-c", "w-c"), 30.0)))
ACTUATED = replace(PLAN, phases=tuple(replace(p, min_green_s=5.0, gap_s=2.0) for p in PLAN.phases))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda n: changed(n, "s-c", TurnKind.RIGHT, on_red=True), "expected a left turn with a signal"),
        (lambda n: changed(n, "s-c", TurnKind.LEFT, on_red=True, group=""), "expected a left turn"),
        (lambda n: changed(n, "s-c", TurnKind.LEFT, prohibited=((6.0, 6.0),)), "expected prohibited hours"),
        (
            lambda n: replace(n, turns=tuple(
                replace(t, prohibited=((6.0, 20.0),)) if t.from_road == "s-c" else t for t in n.turns)),
            "road s-c: expected a way from an entry and to an exit at 6 h",
        ),
        (
            lambda n: replace(n, roads=(replace(n.roads[0], motorcycle_box_m=31.0), *n.roads[1:])),
            "expected a motorcycle box of at most 30 m",
        ),
        (
            lambda n: replace(n, roads=(n.roads[0], replace(n.roads[1], motorcycle_box_m=8.0), *n.roads[2:])),
            "before a junction by boundary",
        ),
        (lambda n: replace(n, signal_plans=(PLAN, PLAN)), "expected one plan for each junction"),
        (lambda n: replace(n, signal_plans=(replace(PLAN, hours=((6, 9),)),)), "expected one plan for each"),
        (
            lambda n: replace(n, signal_plans=(
                PLAN, replace(PLAN, hours=((6, 9),)), replace(PLAN, hours=((8, 10),)))),
            "expected one plan at each hour, got more at 8 h",
        ),
        (lambda n: replace(n, signal_plans=(ACTUATED,)), "expected a detector on each actuated approach"),
        (
            lambda n: replace(n, signal_plans=(replace(ACTUATED, detectors=tuple(
                Detector(f"{x}-c", 20.0, 30.0) for x in "nesw")),)),
            "0 < length <= distance",
        ),
    ],
)  # fmt: skip
def test_the_check_names_what_no_sign_can_mean(
    change: Callable[[RoadNetwork], RoadNetwork], says: str
) -> None:
    with pytest.raises(NetworkError, match=says):
        check_network(change(cross()))


def test_the_commands_show_signals_and_check_signs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    file = tmp_path / "a.json"
    save_network(furnished(), file)
    assert main(["network", "show", str(file), "--png", str(tmp_path / "a.png"), "--lang", "en"]) == 0
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in capsys.readouterr().out.splitlines()]
    assert ["c", "all other hours", "fixed-time", "90", "40 / 40", "yes", "assumed"] in rows
    assert ["c", "21:00-05:00", "actuated", "90", "7-40 / 7-40", "yes", "assumed"] in rows
    assert main(["network", "check", str(file), "--lang", "id"]) == 0
    said = capsys.readouterr().out
    assert "lalu lintas dapat mengalir" in said
    assert "Belok dari n-c ke c-w dilarang: 06:00-20:00, 22:00-02:30" in said
    assert "saat merah: 1" in said
    assert "(RHK): 4" in said
    broken = tmp_path / "b.json"
    save_network(changed(cross(), "s-c", TurnKind.RIGHT, on_red=True), broken)
    assert main(["network", "check", str(broken)]) == 2
    assert "expected a left turn with a signal to go on red" in " ".join(capsys.readouterr().err.split())
