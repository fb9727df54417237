import json
from dataclasses import replace
from pathlib import Path

import pytest

from detectors.cases.evidence import Box
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.frame import Frame
from detectors.datatypes.plates import PlateReading, PlateSight
from scenarios.cli.plate_bench import show_plates, write_plates
from scenarios.experiments.plate_scenes import KerbScene, PlateLight, kerb_scenes, letters_share
from scenarios.experiments.plate_trials import (
    Attempt,
    Counted,
    Outcome,
    PlateTrial,
    of_cases,
    of_pictures,
    plate_trials,
    tried,
)
from scenarios.texts import Texts
from twin.network import library
from twin.randomness import Seed
from twin.rendering.looks import PlateKind
from twin.rendering.plates import Plate

CAR = VehicleClass.CAR


class Scripted:
    """A reader that says one thing of the first picture and another of the closer one."""

    def __init__(self, first: PlateReading | None, closer: PlateReading | None) -> None:
        self._first, self._closer = first, closer

    def read(self, _frame: Frame, box_px: Box) -> PlateSight:
        x, y = (box_px[0] + box_px[2]) / 2, box_px[1] + 0.7 * (box_px[3] - box_px[1])
        return PlateSight(self._first, (x - 30, y - 6, x + 30, y + 6))

    def read_closer(self, _frame: Frame, box_px: Box) -> PlateSight:
        return PlateSight(self._closer, box_px)


@pytest.fixture(scope="module")
def scene() -> KerbScene:
    """A vehicle at a kerb with nobody before it."""
    found = next(kerb_scenes(library.named("mt-haryono"), Seed(12, ("plates", 1)), PlateLight.NIGHT, 1))
    return replace(found, seen=replace(found.seen, others_px=()))


def test_a_trial_takes_a_closer_picture_where_the_first_is_unreadable(scene: KerbScene) -> None:
    own = PlateReading(scene.text, 0.9)
    once = tried(scene, Scripted(own, None))
    assert [one.outcome for one in once.attempts] == [Outcome.EXACT]
    twice = tried(scene, Scripted(None, own))
    assert [one.outcome for one in twice.attempts] == [Outcome.UNREADABLE, Outcome.EXACT]
    assert twice.outcome is Outcome.EXACT
    never = tried(scene, Scripted(None, None))
    assert never.outcome is Outcome.UNREADABLE
    assert len(never.attempts) == 2
    number = int(scene.text.split()[1])
    wrong = tried(scene, Scripted(PlateReading(f"KX {number + (-1 if number % 1000 else 1)} ZZ", 0.9), None))
    assert wrong.outcome is Outcome.WRONG


def test_the_letters_of_a_closer_picture_are_as_much_taller(scene: KerbScene) -> None:
    first = scene.look.request
    _, letters_px = scene.take(first)
    _, twice_px = scene.take(replace(first, zoom=1.3 * first.zoom))
    assert 4.0 < letters_px < 30.0
    assert twice_px == pytest.approx(1.3 * letters_px, rel=0.02)
    short = letters_share(Plate("KX 5 A", PlateKind.WHITE, "04.27"))
    assert 0.3 < letters_share(Plate("KX 1234 ABC", PlateKind.BLACK, "04.27")) <= short < 0.65


def trial(*attempts: Attempt, light: PlateLight = PlateLight.DAY) -> PlateTrial:
    last = attempts[-1]
    why = "doubtful" if last.outcome is Outcome.UNREADABLE else ""
    return PlateTrial(light, CAR, "KX 1 AB", attempts, last.outcome, last.read, why, 0.2)


MANY = (
    trial(Attempt(9.0, Outcome.UNREADABLE, ""), Attempt(31.0, Outcome.EXACT, "KX 1 AB")),
    trial(Attempt(15.0, Outcome.WRONG, "KX 7 AB")),
    trial(Attempt(0.0, Outcome.UNREADABLE, ""), light=PlateLight.RAIN),
)


def test_cases_are_counted_by_their_last_picture_and_pictures_by_their_letters() -> None:
    cases = {one.what: one for one in of_cases(MANY)}
    assert cases["all"] == Counted("all", 3, 1, 1)
    assert cases["plate shows"] == Counted("plate shows", 2, 1, 1)
    assert (cases["day"].n, cases["night"].n, cases["rain"].n, cases["car"].n) == (2, 0, 0, 2)
    pictures = {one.what: one for one in of_pictures(MANY)}
    assert pictures["day, from 15 px"] == Counted("day, from 15 px", 2, 1, 1)
    assert pictures["day, 8 to 15 px"].unreadable == 1
    assert pictures["rain, not all of it shows"].n == 1
    assert sum(one.n for one in pictures.values()) == 4


def test_bounds_are_those_of_clopper_and_pearson() -> None:
    nothing = Counted("x", 3000, 2900, 0)
    assert nothing.wrong_bound == pytest.approx(1 - 0.05 ** (1 / 3000))
    assert nothing.exact_interval == pytest.approx((0.9596, 0.9729), abs=2e-4)


def test_a_few_plates_are_read_by_the_whole_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told: list[float] = []
    found = plate_trials(4, 12, progress=lambda _what, share: told.append(share), keep=tmp_path / "kept")
    # what was done is not done again: the time that reading took would be another
    assert plate_trials(4, 12, keep=tmp_path / "kept") == found
    assert told[-1] == 1.0
    assert {one.light for one in found} == {PlateLight.DAY}
    assert len({one.vehicle_class for one in found}) > 1
    assert any(one.outcome is Outcome.EXACT for one in found)
    assert not any(one.outcome is Outcome.WRONG for one in found)
    write_plates(found, 12, tmp_path / "new" / "plates.json")
    written = json.loads((tmp_path / "new" / "plates.json").read_text(encoding="utf-8"))
    assert written["cases"][0]["n"] == len(found) == len(written["trials"])
    show_plates((*found, *MANY), Texts("en"))
    said = capsys.readouterr().out
    assert "Plates of cases" in said
    assert "1 x KX 1 AB: KX 7 AB" in said
