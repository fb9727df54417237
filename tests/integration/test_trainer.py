"""The trainer played without hands: the lesson is scored, every text fits, keys and mouse work."""

import json
import os
from pathlib import Path

import pytest

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
pygame = pytest.importorskip("pygame", reason="pygame-ce, the extra `trainer`, is not installed")

from detectors.archive.store import CaseStore  # noqa: E402 - after the skip
from scenarios.cli.main import main  # noqa: E402
from scenarios.cli.validation import make_spec  # noqa: E402
from scenarios.errors import InputError  # noqa: E402
from scenarios.texts import LANGUAGES, Texts  # noqa: E402
from scenarios.trainer.app import App  # noqa: E402
from scenarios.trainer.canvas import SIZE_PX, Canvas, wrapped  # noqa: E402
from scenarios.trainer.city_map import CityMap  # noqa: E402
from scenarios.trainer.lesson import RIGHT, WRONG, Decision, Item, Lesson, Planter, items_of  # noqa: E402
from scenarios.trainer.play import play  # noqa: E402
from scenarios.trainer.screens import MAP, WHY, Screens  # noqa: E402
from scenarios.trainer.session import Session, two_views  # noqa: E402

SCENARIO = """
zone = "beruang-madu"
network = "mt-haryono"
plan = "two.toml"
day = 2025-11-27
start = "15:30"
end = "19:15"
warmup_s = 420
phase = "enforcement"

[short]
start = "15:59:40"
end = "16:01:10"

[demand]
stops_per_km_h = 60.0
"""
PLAN = """
[[view]]
name = "kerb-2-utara"
road = "mth-1.3+"
along_m = 10.0
offset_m = 7.5
height_m = 9.0
aim_along_m = 44.0
aim_offset_m = 3.5
hfov_deg = 58.0
fps = 1.0

[[view]]
name = "simpang-beller"
road = "mth-1.3+"
along_m = 255.0
offset_m = 7.5
height_m = 7.0
aim_along_m = 290.0
aim_offset_m = 0.0
hfov_deg = 70.0
fps = 2.0
"""


def session(folder: Path, seed: int = 1) -> Session:
    (folder / "two.toml").write_text(PLAN, encoding="utf-8")
    (folder / "evening.toml").write_text(SCENARIO, encoding="utf-8")
    room = folder / f"room-{seed}"
    room.mkdir()
    return Session(
        make_spec(str(folder / "evening.toml"), str(folder / "two.toml"), None, short=True), seed, room
    )


@pytest.fixture(scope="module", name="played")
def _played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Session, Path]:
    folder = tmp_path_factory.mktemp("trainer")
    made = session(folder)
    done = play(made, Texts("id"), folder / "shots")
    assert done.clipped == ()
    return made, folder / "shots"


def test_the_lesson_leaves_its_screens_and_its_score(played: tuple[Session, Path]) -> None:
    made, shots = played
    names = [file.stem.split("-", 1)[1] for file in sorted(shots.glob("*.png"))]
    assert names[:5] == ["street", "red-runner", "parking-wave", "nightfall", "end"]
    assert names[-1] == "debrief"
    score = json.loads((shots / "lesson.json").read_text())
    assert score["judged"] == score["cases"] >= 2
    assert score["hits"] + score["false_accepts"] + score["false_rejects"] == score["judged"]
    truths = {item["truth"] for item in score["items"]}
    assert truths & set(WRONG)
    assert made.injected == ["red-runner", "parking-wave", "nightfall"]


def test_decisions_are_kept_with_their_grounds_and_a_moving_offence_gets_no_sticker(
    played: tuple[Session, Path],
) -> None:
    made, shots = played
    score = json.loads((shots / "lesson.json").read_text())
    judged = 0
    with CaseStore(made.out, create=False) as store:
        for item in score["items"]:
            said = store.case(item["case"]).history[-1]
            judged += 1
            assert said.ground.startswith("officer-accepted" if item["accepted"] else "officer-rejected")
            assert said.state.value == item["state"]
            assert said.state.value in ("accepted", "rejected")  # no sticker before a review, nor after
    assert judged == len(score["items"]) > 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_fits_and_none_is_left_untranslated(played: tuple[Session, Path], language: str) -> None:
    made, _ = played
    pygame.font.init()
    canvas, texts = Canvas(pygame.Surface(SIZE_PX)), Texts(language)
    screens = Screens(canvas, texts)
    some = made.cases[0] if made.cases else None
    lesson = Lesson(made, [])
    found: list[str] = []
    screens.live(
        made.snapshot(), CityMap(made.network, tuple(made.views.values()), MAP), speed="10x", selected=0
    )
    found += canvas.clipped
    for truth in WHY:
        assert some is not None
        item = Item(some, {}, truth, Decision(accept=True, reason="", seconds=12.3))
        lesson.items = [item] * 8
        screens.review(lesson, item)
        found += canvas.clipped
        screens.debrief(lesson)
        found += canvas.clipped
    assert found == []


def test_keys_and_mouse_drive_the_window(tmp_path: Path) -> None:
    pygame.font.init()
    made = session(tmp_path, seed=2)
    app = App(made, Texts("en"), Canvas(pygame.Surface(SIZE_PX)), tmp_path)

    def press(key: int) -> None:
        app.frame([pygame.event.Event(pygame.KEYDOWN, key=key)], 0.1)

    began_ns = made.now_ns
    press(pygame.K_SPACE)
    assert app.paused
    app.frame([], 1.0)
    assert made.now_ns == began_ns
    for _ in range(24):
        press(pygame.K_n)
    assert made.now_ns > began_ns
    press(pygame.K_5)
    press(pygame.K_r)
    assert (app.speed, made.injected) == (5, ["red-runner"])
    press(pygame.K_l)
    assert app.lesson is not None
    count = len(app.lesson.items)
    for number in range(count):
        app.frame([], 0.1)
        place = app._places["accept" if number % 2 else "cannot-tell"]
        app.frame([pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=place.center)], 0.1)
    assert app.lesson.over
    assert json.loads((tmp_path / "lesson.json").read_text())["judged"] == count
    press(pygame.K_ESCAPE)
    assert not app.running


def test_planted_mistakes_are_of_their_kind(tmp_path: Path) -> None:
    made, planter = session(tmp_path, seed=3), Planter()
    for _ in range(60):
        made.step()
        planter.look(made)
    kinds = [one.wrong for one in planter.planted]
    assert len(kinds) == len(set(kinds)) >= 1
    assert set(kinds) <= set(WRONG)
    items = items_of(made, planter)
    assert {item.truth for item in items} <= {RIGHT, "not-so", *WRONG}
    assert all(item.case.simulated for item in items)


def test_words_are_broken_between_lines_only() -> None:
    pygame.font.init()
    letters = pygame.font.Font(None, 20)
    lines = wrapped("satu dua tiga empat lima", letters, 90)
    assert " ".join(lines) == "satu dua tiga empat lima"
    assert len(lines) > 1
    assert wrapped("", letters, 50) == [""]


def test_a_plan_without_a_signal_view_is_refused() -> None:
    with pytest.raises(InputError, match="expected a plan with a view kerb"):
        two_views(())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("trainer", "nowhere", "--headless"), "unknown scenario 'nowhere'"),
        (("trainer", "--headless", "--lesson", "memasak"), "unknown lesson 'memasak'"),
        (("trainer", "--headless", "--lang", "nl"), "unknown language 'nl'"),
        (("trainer",), "no display here"),
    ],
)
def test_bad_input_is_one_line(
    arguments: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1
