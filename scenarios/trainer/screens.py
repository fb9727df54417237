"""What the trainer shows: the running street, one case to judge, the debrief. All texts by gettext."""

from dataclasses import dataclass
from pathlib import Path

import pygame

from detectors.datatypes.cases import Case
from detectors.datatypes.detections import VehicleClass
from scenarios.texts import Texts
from scenarios.trainer.canvas import ACCENT, BAD, GOOD, INK, LINE, QUIET, SIZE_PX, WARM, Canvas
from scenarios.trainer.city_map import COLOURS, CityMap
from scenarios.trainer.lesson import REASONS, RIGHT, Item, Lesson, read_pictures
from scenarios.trainer.session import Snapshot
from twin.clock import to_local

Rect = pygame.Rect
MAP, CAMERAS = Rect(16, 72, 744, 404), (Rect(776, 72, 488, 290), Rect(776, 374, 488, 290))
QUEUE = Rect(16, 488, 744, 176)
FOOT = Rect(16, 676, 1248, 32)
SHOWN_CASES = 4
# of pictures, the telling ones first
KINDS = ("context", "before-line", "earlier", "in-junction", "later", "zoomed", "vehicle")
WHY = {
    RIGHT: "It happened so: the twin knows this offence by this vehicle.",
    "not-so": "The engine was wrong: this vehicle did not do it.",
    "outside-hours": "The clock in the picture lies outside the hours of the ban, 16:00 to 19:00.",
    "green-light": "The signal in the picture is green: Article 287(2) needs a red one.",
    "other-vehicle": "The close pictures show another vehicle than the outlined one: they prove nothing.",
}
LADDER = {
    True: "A moving offence waits for an officer and leads to a letter. It never gets a sticker.",
    False: "A standing vehicle climbs: teguran, stiker, penderekan.",
}


@dataclass(slots=True)
class Screens:
    """Draws each screen in one language."""

    canvas: Canvas
    texts: Texts

    def head(self, title: str, right: str) -> None:
        """Draw the title bar."""
        self.canvas.fill()
        self.canvas.text(Rect(16, 14, 760, 40), title, 38)
        self.canvas.text(Rect(790, 22, 474, 30), right, 24, QUIET, to_right=True)
        pygame.draw.line(self.canvas.surface, ACCENT, (16, 58), (SIZE_PX[0] - 16, 58), 2)

    def foot(self, said: str) -> None:
        """Draw the line of keys."""
        self.canvas.text(FOOT, said, 20, QUIET)

    def live(self, now: Snapshot, city: CityMap, *, speed: str, selected: int) -> None:
        """Draw the running street."""
        clock = to_local(now.now_ns).strftime("%d-%m-%Y %H:%M:%S WITA")
        self.head(self.texts.text("Trainer: the street"), f"{clock}   {speed}")
        city.draw(self.canvas, now.scene)
        self._legend()
        for rect, name in zip(CAMERAS, now.views, strict=True):
            inside = self.canvas.panel(rect, name)
            look = now.looks.get(name)
            self.canvas.picture(inside, None if look is None else look.picture)
        self._queue(now, selected)
        self.foot(
            self.texts.text(
                "Space: pause · N: step · 1 2 5 0: speed · R: red runner · P: parking wave · G: nightfall · "
                "L: lesson · Esc: end"
            )
        )

    def _legend(self) -> None:
        """Say what the marks of the map are."""
        x, y = MAP.right - 150, MAP.bottom - 134
        for row, (kind, colour) in enumerate(COLOURS.items()):
            pygame.draw.circle(self.canvas.surface, colour, (x, y + 22 * row + 8), 4)
            name = self.texts.text(VehicleClass(kind).name.lower())
            self.canvas.text(Rect(x + 14, y + 22 * row, 132, 20), name, 18, QUIET)
        pygame.draw.circle(self.canvas.surface, WARM, (x, y + 96), 6, width=1)
        self.canvas.text(Rect(x + 14, y + 88, 132, 20), self.texts.text("at the kerb"), 18, QUIET)
        pygame.draw.circle(self.canvas.surface, ACCENT, (x, y + 118), 5)
        self.canvas.text(Rect(x + 14, y + 110, 132, 20), self.texts.text("camera"), 18, QUIET)

    def _queue(self, now: Snapshot, selected: int) -> None:
        inside = self.canvas.panel(QUEUE, self.texts.text("Cases"))
        cases = now.cases[-SHOWN_CASES:]
        if not cases:
            self.canvas.text(inside, self.texts.text("No case yet."), 22, QUIET)
        for row, case in enumerate(cases):
            y = inside.y + 32 * row
            if row == selected:
                pygame.draw.rect(self.canvas.surface, LINE, Rect(inside.x - 4, y - 2, 532, 28))
                self._evidence(now.out, case, inside)
            at = to_local(case.opened_ns).strftime("%H:%M:%S")
            self.canvas.text(Rect(inside.x, y, 80, 26), at, 22)
            self.canvas.text(Rect(inside.x + 86, y, 216, 26), self.texts.text(case.rule), 22)
            self.canvas.text(Rect(inside.x + 308, y, 216, 26), self.texts.text(case.state.value), 22, WARM)

    def _evidence(self, out: Path, case: Case, inside: Rect) -> None:
        """Show a picture of the selected case beside the queue."""
        pictures = read_pictures(out, case)
        kind = next((kind for kind in KINDS if kind in pictures), None)
        if kind is not None:
            self.canvas.picture(Rect(inside.right - 184, inside.y - 22, 184, inside.h + 22), pictures[kind])

    def review(self, lesson: Lesson, item: Item, shown: int = 0) -> dict[str, Rect]:
        """Draw one case to judge, its `shown`-th picture large; return the buttons by what they mean."""
        number = f"{lesson.at + 1} / {len(lesson.items)}"
        self.head(self.texts.text("Reviewing evidence"), number)
        kinds = [kind for kind in KINDS if kind in item.pictures]
        order = [kinds[(row + shown) % len(kinds)] for row in range(len(kinds))]
        rects = (Rect(16, 72, 784, 470), Rect(816, 72, 220, 170), Rect(1044, 72, 220, 170))
        for rect, kind in zip(rects, order, strict=False):
            self.canvas.picture(self.canvas.panel(rect, self.texts.text(kind)), item.pictures[kind])
        self._facts(item)
        return self._buttons()

    def _facts(self, item: Item) -> None:
        inside = self.canvas.panel(Rect(816, 254, 448, 288), self.texts.text("What the engine says"))
        rows = (
            ("Rule", self.texts.text(item.case.rule)),
            ("Article", f"{item.case.article} UU 22/2009"),
            ("Vehicle", self.texts.text(item.case.vehicle_class.name.lower())),
            ("Time", f"{item.at} WITA"),
            ("Camera", item.case.view),
        )
        for row, (name, value) in enumerate(rows):
            self.canvas.text(Rect(inside.x, inside.y + 32 * row, 120, 28), self.texts.text(name), 22, QUIET)
            self.canvas.text(Rect(inside.x + 126, inside.y + 32 * row, inside.w - 126, 28), value, 22)
        rest = Rect(inside.x, inside.y + 168, inside.w, inside.h - 168)
        self.canvas.text(rest, self.texts.text(LADDER[item.moving]), 20, QUIET)

    def _buttons(self) -> dict[str, Rect]:
        ask = Rect(16, 554, 1248, 28)
        self.canvas.text(
            ask, self.texts.text("Do the pictures prove it? Accept, or reject and say why."), 24, INK
        )
        places = {"accept": Rect(16, 590, 236, 76)}
        self.canvas.button(places["accept"], self.texts.text("Accept"), "A", GOOD)
        for row, reason in enumerate(REASONS):
            places[reason] = Rect(264 + 250 * row, 590, 240, 76)
            self.canvas.button(places[reason], self.texts.text(reason), str(row + 1), BAD)
        self.foot(self.texts.text("A: accept · 1 to 4: reject · Tab: next picture · Esc: end"))
        return places

    def debrief(self, lesson: Lesson) -> None:
        """Draw what was true, case by case, and the score."""
        score = lesson.score()
        self.head(self.texts.text("Debrief"), "")
        tiles = (
            ("right decisions", f"{score['hits']} / {score['judged']}"),
            ("accepted, but wrong", str(score["false_accepts"])),
            ("rejected, but right", str(score["false_rejects"])),
            ("seconds a case", str(score["seconds_a_case"])),
        )
        for row, (name, value) in enumerate(tiles):
            panel = self.canvas.panel(Rect(16 + 316 * row, 72, 300, 92))
            self.canvas.text(Rect(panel.x, panel.y, panel.w, 44), value, 44)
            self.canvas.text(Rect(panel.x, panel.y + 48, panel.w, 24), self.texts.text(name), 22, QUIET)
        inside = self.canvas.panel(Rect(16, 176, 1248, 488), self.texts.text("Case by case"))
        for row, item in enumerate(lesson.items[:8]):
            if item.decision is not None:
                self._verdict(item, Rect(inside.x, inside.y + 55 * row, inside.w, 52))
        self.foot(self.texts.text("Esc: end"))

    def _verdict(self, item: Item, rect: Rect) -> None:
        said = item.decision
        colour = GOOD if item.hit else BAD
        pygame.draw.rect(self.canvas.surface, colour, Rect(rect.x, rect.y + 4, 6, rect.h - 12))
        mark = self.texts.text("right" if item.hit else "wrong")
        self.canvas.text(Rect(rect.x + 16, rect.y + 4, 80, 26), mark, 22, colour)
        rule = f"{self.texts.text(item.case.rule)}, {item.at}"
        self.canvas.text(Rect(rect.x + 104, rect.y + 4, 300, 26), rule, 22)
        yours = "accepted" if said and said.accept else "rejected"
        self.canvas.text(Rect(rect.x + 104, rect.y + 28, 300, 24), self.texts.text(yours), 20, QUIET)
        why = self.texts.text(WHY[item.truth])
        self.canvas.text(Rect(rect.x + 416, rect.y + 4, rect.w - 416, 24), why, 21)
        ladder = self.texts.text(LADDER[item.moving])
        self.canvas.text(Rect(rect.x + 416, rect.y + 28, rect.w - 416, 24), ladder, 19, QUIET)
