"""The window: events in, steps of the session between frames, screens out."""

import json
import os
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pygame

from detectors.datatypes.frame import NS_PER_S
from scenarios.errors import InputError
from scenarios.texts import Texts
from scenarios.trainer.canvas import SIZE_PX, Canvas
from scenarios.trainer.city_map import CityMap
from scenarios.trainer.lesson import REASONS, Decision, Lesson, Planter, items_of
from scenarios.trainer.play import PLANT_EVERY
from scenarios.trainer.screens import MAP, QUEUE, Screens
from scenarios.trainer.session import INJECTS, Session, Snapshot

FPS = 30
SPEEDS = {pygame.K_1: 1, pygame.K_2: 2, pygame.K_5: 5, pygame.K_0: 10}
INJECT_KEYS = {pygame.K_r: INJECTS[0], pygame.K_p: INJECTS[1], pygame.K_g: INJECTS[2]}
REASON_KEYS = dict(zip((pygame.K_1, pygame.K_2, pygame.K_3, pygame.K_4), REASONS, strict=True))
BEHIND_S = 1.0  # the street may lag so much before it is let off the rest


@dataclass(slots=True)
class App:
    """One trainee at one window; `frame` is everything between two pictures of the window.

    The street runs on a thread of its own, one step at a time, so that the window need not wait for it.
    """

    session: Session
    texts: Texts
    canvas: Canvas
    folder: Path
    speed: int = 1
    paused: bool = False
    selected: int = 0
    lesson: Lesson | None = None
    running: bool = True
    _planter: Planter = field(default_factory=Planter)
    _places: dict[str, pygame.Rect] = field(default_factory=dict)
    _owed_ns: float = 0.0
    _street: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(max_workers=1))
    _pending: Future[Snapshot | None] | None = None
    _now: Snapshot | None = None
    _steps: int = 0
    _begun_ms: int = 0
    shown: int = 0
    _city: CityMap | None = None

    def frame(self, events: list[pygame.event.Event], elapsed_s: float) -> None:
        """Take the events, run the street for the time that has passed, draw."""
        for event in events:
            self._take(event)
        if self.lesson is None and not self.paused:
            self._run(elapsed_s)
        self._draw()
        if not self.running:
            self._street.shutdown()

    def _take(self, event: pygame.event.Event) -> None:
        if event.type == pygame.QUIT or (event.type == pygame.KEYDOWN and event.key == pygame.K_ESCAPE):
            self.running = False
        elif event.type == pygame.KEYDOWN and self.lesson is None:
            self._street_key(event.key)
        elif event.type == pygame.KEYDOWN and event.key == pygame.K_TAB:
            self.shown += 1
        elif event.type == pygame.KEYDOWN:
            self._judge("accept" if event.key == pygame.K_a else REASON_KEYS.get(event.key, ""))
        elif event.type == pygame.MOUSEBUTTONDOWN:
            self._click(event.pos)

    def _street_key(self, key: int) -> None:
        if key == pygame.K_SPACE:
            self.paused = not self.paused
        elif key == pygame.K_n:
            self._settle()
            self._pending = self._street.submit(self._step)
            self._settle()
        elif key in SPEEDS:
            self.speed = SPEEDS[key]
        elif key in INJECT_KEYS:
            self._settle()
            self.session.inject(INJECT_KEYS[key])
        elif key == pygame.K_l:
            self._begin_lesson()

    def _click(self, at: tuple[int, int]) -> None:
        if self.lesson is None:
            if QUEUE.collidepoint(at):
                self.selected = max(0, (at[1] - QUEUE.y - 34) // 32)
            return
        self._judge(next((what for what, place in self._places.items() if place.collidepoint(at)), ""))

    def _judge(self, what: str) -> None:
        if not what or self.lesson is None or self.lesson.item is None:
            return
        now_ms = pygame.time.get_ticks()
        spent_s, self._begun_ms = (now_ms - self._begun_ms) / 1000, now_ms
        self.shown = 0
        self.lesson.decide(Decision(what == "accept", "" if what == "accept" else what, spent_s))
        if self.lesson.over:
            text = json.dumps(self.lesson.score(), indent=1, ensure_ascii=False) + "\n"
            (self.folder / "lesson.json").write_text(text, encoding="utf-8")

    def _begin_lesson(self) -> None:
        self._settle()
        if self.lesson is None:
            self.lesson = Lesson(self.session, items_of(self.session, self._planter))
            self._begun_ms = pygame.time.get_ticks()

    def _run(self, elapsed_s: float) -> None:
        """Have the street catch up with the time that has passed, a step at a time."""
        self._owed_ns = min(self._owed_ns + elapsed_s * self.speed * NS_PER_S, BEHIND_S * NS_PER_S)
        if self._pending is not None and self._pending.done():
            self._settle()
        if self._pending is None and self._owed_ns > 0 and self.lesson is None:
            self._pending = self._street.submit(self._step)

    def _settle(self) -> None:
        """Wait for the step that runs, if one does, and take what it left."""
        if self._pending is None:
            return
        before_ns = self._now.now_ns if self._now else self.session.now_ns
        found, self._pending = self._pending.result(), None
        if found is None:
            self._begin_lesson()
        else:
            self._now = found
            self._owed_ns -= found.now_ns - before_ns

    def _step(self) -> Snapshot | None:
        """Take one step of the street, on its thread; None at the end of the session."""
        if not self.session.step():
            return None
        self._steps += 1
        if self._steps % PLANT_EVERY == 0:
            self._planter.look(self.session)
        return self.session.snapshot()

    def _draw(self) -> None:
        screens = Screens(self.canvas, self.texts)
        if self.lesson is None:
            if self._city is None:
                self._city = CityMap(self.session.network, tuple(self.session.views.values()), MAP)
            speed = self.texts.text("paused") if self.paused else f"{self.speed}x"
            if self._now is None:
                self._settle()
                self._now = self.session.snapshot()
            screens.live(self._now, self._city, speed=speed, selected=self.selected)
        elif self.lesson.item is not None:
            self._places = screens.review(self.lesson, self.lesson.item, self.shown)
        else:
            screens.debrief(self.lesson)


def open_window(title: str) -> pygame.Surface:
    """Open the window; raises InputError where there is no display."""
    if not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")):
        msg = "trainer: no display here; use --headless --screenshots DIR, or set DISPLAY"
        raise InputError(msg)
    try:
        pygame.display.init()
        surface = pygame.display.set_mode(SIZE_PX, pygame.SCALED | pygame.RESIZABLE)
    except pygame.error as error:
        msg = f"trainer: no window can be opened here ({error}); use --headless"
        raise InputError(msg) from error
    pygame.display.set_caption(title)
    return surface


def run_window(session: Session, texts: Texts, folder: Path) -> None:
    """Show the window until the trainee ends."""
    pygame.font.init()
    app = App(session, texts, Canvas(open_window("B-Connect Twin")), folder)
    clock = pygame.time.Clock()
    while app.running:
        app.frame(pygame.event.get(), clock.tick(FPS) / 1000.0)
        pygame.display.flip()
    pygame.quit()
