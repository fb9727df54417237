"""What the views of one camera share: a lens that looks one way at a time, and a loudspeaker."""

from dataclasses import dataclass, field
from typing import Self

from twin.cameras.plans import Camera
from twin.cameras.ptz import AHEAD, Aim, Drive, GuardTour

SPEECH_NS = 6_000_000_000  # one spoken teguran [?]


@dataclass(frozen=True, slots=True)
class Announcement:
    """A text on its way through a loudspeaker: when it was asked for, and when it was spoken."""

    text_code: str
    asked_ns: int
    begins_ns: int
    ends_ns: int


@dataclass(slots=True)
class CameraHead:
    """Where one camera looks, in the time of its own clock. Ask it in the order of time.

    It follows its `tour`. One that `turns` leaves its view for every zoomed snapshot: from the
    request until it has turned back it shows no view; the tour goes on by the clock meanwhile.
    Snapshots and announcements queue, one at a time each.
    """

    tour: GuardTour | None = None
    turns: bool = False
    speaks: bool = True
    drive: Drive = field(default_factory=Drive)
    _lens_free_ns: int = field(init=False, default=0)
    _away_ns: tuple[int, int] = field(init=False, default=(-1, -1))
    _aim: Aim = field(init=False, default=AHEAD)
    _quiet_from_ns: int = field(init=False, default=0)

    @classmethod
    def of(cls, camera: Camera) -> Self:
        """Return the head of a camera of a plan."""
        return cls(camera.tour, camera.turns, camera.speaks, camera.drive)

    def looks_at(self, view: str, timestamp_ns: int) -> bool:
        """Return whether the picture of `view` comes in at that time."""
        if self.turns and self._away_ns[0] < timestamp_ns < self._away_ns[1]:
            return False
        return self.tour is None or self.tour.looked_at(timestamp_ns) == view

    def zoom(self, asked_ns: int, delay_ns: int, home: Aim = AHEAD, aim: Aim = AHEAD) -> int:
        """Zoom in on `aim` and return when its picture is taken.

        A camera that turns first leaves what it looks at (`home`, where it has no tour) and turns
        there; the picture comes `delay_ns` after that, or after its turn has come.
        """
        begins_ns = max(asked_ns, self._lens_free_ns)
        still_away = begins_ns <= self._away_ns[1]
        if not self.turns:
            self._lens_free_ns = begins_ns + delay_ns
            return self._lens_free_ns
        before = self._aim if still_away else self._kept_by_tour(begins_ns, home)
        self._lens_free_ns = begins_ns + self.drive.move_ns(before, aim) + delay_ns
        since_ns = self._away_ns[0] if still_away else begins_ns
        self._away_ns, self._aim = (since_ns, self._back_ns(aim, home)), aim
        return self._lens_free_ns

    def _kept_by_tour(self, timestamp_ns: int, home: Aim) -> Aim:
        return home if self.tour is None else self.tour.stop_at(timestamp_ns)[0].aim

    def _back_ns(self, aim: Aim, home: Aim) -> int:
        """Return when it is back from `aim` at what its tour has reached by then."""
        free_ns = self._lens_free_ns
        arrives_ns = free_ns + self.drive.move_ns(aim, self._kept_by_tour(free_ns, home))
        return free_ns + self.drive.move_ns(aim, self._kept_by_tour(arrives_ns, home))

    def since_ns(self, timestamp_ns: int) -> int:
        """Return since when it has not turned, for a view that is looked at; 0: it has not turned yet."""
        back_ns = self._away_ns[1] if self._away_ns[1] <= timestamp_ns else 0
        return max(back_ns, 0 if self.tour is None else self.tour.stop_at(timestamp_ns)[1])

    def speak(self, text_code: str, asked_ns: int) -> Announcement:
        """Speak after what is being spoken, and return when."""
        begins_ns = max(asked_ns, self._quiet_from_ns)
        self._quiet_from_ns = begins_ns + SPEECH_NS
        return Announcement(text_code, asked_ns, begins_ns, self._quiet_from_ns)
