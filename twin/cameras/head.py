"""What the views of one camera share: a lens that looks one way at a time, and a loudspeaker."""

from dataclasses import dataclass, field
from typing import Self

from twin.cameras.plans import Camera
from twin.cameras.ptz import GuardTour

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
    request until `back_ns` after the picture it shows no view; the tour goes on by the clock
    meanwhile. Snapshots and announcements queue, one at a time each.
    """

    tour: GuardTour | None = None
    turns: bool = False
    speaks: bool = True
    back_ns: int = 0
    _lens_free_ns: int = field(init=False, default=0)
    _away_ns: tuple[int, int] = field(init=False, default=(0, 0))
    _quiet_from_ns: int = field(init=False, default=0)

    @classmethod
    def of(cls, camera: Camera) -> Self:
        """Return the head of a camera of a plan."""
        return cls(camera.tour, camera.turns, camera.speaks, camera.back_ns)

    def looks_at(self, view: str, timestamp_ns: int) -> bool:
        """Return whether the picture of `view` comes in at that time."""
        if self.turns and self._away_ns[0] < timestamp_ns < self._away_ns[1]:
            return False
        return self.tour is None or self.tour.looked_at(timestamp_ns) == view

    def zoom(self, asked_ns: int, delay_ns: int) -> int:
        """Turn to something, zoom, and return when its picture is taken: `delay_ns` after its turn comes."""
        begins_ns = max(asked_ns, self._lens_free_ns)
        self._lens_free_ns = begins_ns + delay_ns
        since_ns = self._away_ns[0] if begins_ns <= self._away_ns[1] else begins_ns
        self._away_ns = since_ns, self._lens_free_ns + self.back_ns
        return self._lens_free_ns

    def speak(self, text_code: str, asked_ns: int) -> Announcement:
        """Speak after what is being spoken, and return when."""
        begins_ns = max(asked_ns, self._quiet_from_ns)
        self._quiet_from_ns = begins_ns + SPEECH_NS
        return Announcement(text_code, asked_ns, begins_ns, self._quiet_from_ns)
