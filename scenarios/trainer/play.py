"""Plays a lesson without hands: a scripted trainee, screenshots, the score as JSON."""

import json
from dataclasses import dataclass
from pathlib import Path

import pygame

from detectors.datatypes.frame import NS_PER_S
from scenarios.progress import Progress, silent
from scenarios.texts import Texts
from scenarios.trainer.canvas import SIZE_PX, Canvas
from scenarios.trainer.city_map import CityMap
from scenarios.trainer.lesson import Lesson, Planter, items_of, scripted
from scenarios.trainer.screens import MAP, Screens
from scenarios.trainer.session import INJECTS, Session

PLANT_EVERY = 10  # pictures between looks for a mistake to plant
INJECT_AT = (0.25, 0.45, 0.9)  # shares of the session at which each inject comes


@dataclass(frozen=True, slots=True)
class Played:
    """What was left: the screenshots, texts that did not fit, and the score."""

    screenshots: tuple[Path, ...]
    clipped: tuple[str, ...]
    score: dict[str, object]


def play(session: Session, texts: Texts, folder: Path, progress: Progress = silent) -> Played:
    """Play the lesson of a session; raises OSError where a screenshot cannot be written."""
    pygame.font.init()
    return Player(session, texts, folder).play(progress)


class Player:
    """Runs a session to its end with the three injects, then the lesson, and keeps each screen."""

    def __init__(self, session: Session, texts: Texts, folder: Path) -> None:
        self._session, self._folder = session, folder
        self._canvas = Canvas(pygame.Surface(SIZE_PX))
        self._screens = Screens(self._canvas, texts)
        self._city = CityMap(session.network, tuple(session.views.values()), MAP)
        self._kept: list[Path] = []
        self._clipped: list[str] = []

    def play(self, progress: Progress = silent) -> Played:
        """Play it all; raises OSError where a screenshot cannot be written."""
        self._folder.mkdir(parents=True, exist_ok=True)
        planter = self._street(progress)
        lesson = Lesson(self._session, items_of(self._session, planter))
        while lesson.item is not None:
            self._screens.review(lesson, lesson.item)
            self._keep(f"case-{lesson.at + 1}")
            lesson.decide(scripted(lesson.item))
        self._screens.debrief(lesson)
        self._keep("debrief")
        score = lesson.score()
        text = json.dumps(score, indent=1, ensure_ascii=False) + "\n"
        (self._folder / "lesson.json").write_text(text, encoding="utf-8")
        return Played(tuple(self._kept), tuple(self._clipped), score)

    def _street(self, progress: Progress) -> Planter:
        session, planter, waiting = self._session, Planter(), list(zip(INJECT_AT, INJECTS, strict=True))
        whole_s, count = session.seconds_left, 0
        while session.step():
            count += 1
            done = 1.0 - session.seconds_left / whole_s
            if count % PLANT_EVERY == 0:
                planter.look(session)
            if count == 2 * PLANT_EVERY:
                self._live("street")
            if waiting and done >= waiting[0][0]:
                session.inject(waiting.pop(0)[1])
                after_ns = session.now_ns + 8 * NS_PER_S
                while session.now_ns < after_ns and session.step():
                    pass
                self._live(session.injected[-1])
            progress("the street", done)
        self._live("end")
        return planter

    def _live(self, name: str) -> None:
        self._screens.live(self._session.snapshot(), self._city, speed="10x", selected=0)
        self._keep(name)

    def _keep(self, name: str) -> None:
        file = self._folder / f"{len(self._kept):02d}-{name}.png"
        pygame.image.save(self._canvas.surface, str(file))
        self._kept.append(file)
        self._clipped += self._canvas.clipped
