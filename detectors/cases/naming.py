"""Pictures asked for to name a case: where its vehicle, or its plate, should stand in them."""

from dataclasses import dataclass, replace

from detectors.cases.evidence import Box
from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.cases import Case
from detectors.datatypes.frame import Frame
from detectors.datatypes.steps import SnapshotRequest

FILLS = 0.3  # of the width of a closer picture is taken by the number of the plate
MOST_ZOOM = 25.0
LEAST_CLOSER = 1.25  # times as large has a plate to get for another picture to be worth it
LEAST_GRANTED = 0.6  # of the zoom asked for: less is another picture
PLATES_FROM = 0.3  # of the height of a vehicle's box, from the top, down to where its plate may be
STAYED = 0.25  # of its width and height may a vehicle have moved until its picture was taken


@dataclass(frozen=True, slots=True)
class PlateLook:
    """A picture that was asked for: `box_px` is what should stand in its middle, in pixels of the view.

    That is the vehicle of `case`, or the number of its plate where the picture is a `closer` one.
    `size_px` is that of the frames of the view.
    """

    request: SnapshotRequest
    case: Case
    vehicle_px: Box
    box_px: Box
    size_px: tuple[int, int]
    closer: bool = False

    def in_picture(self, picture: Frame) -> Box | None:
        """Return the box where it should stand in the picture; None for a picture that is another one."""
        tag = picture.snapshot
        if tag is None or tag.zoom < LEAST_GRANTED * self.request.zoom:
            return None
        scale = self._scale(picture)
        u, v = self._middle(picture)
        half_x, half_y = (scale * (self.box_px[n + 2] - self.box_px[n]) / 2 for n in (0, 1))
        return u - half_x, v - half_y, u + half_x, v + half_y

    def in_view(self, at_px: Box, picture: Frame, view: PinholeCamera | None) -> Box:
        """Return where in the view stands what the picture shows in a box.

        `view` is the camera of the view as surveyed; without it, or without that of the picture, the
        picture is taken for a part of the view.
        """
        tag, scale = picture.snapshot, self._scale(picture)
        u, v = (at_px[0] + at_px[2]) / 2, (at_px[1] + at_px[3]) / 2
        if tag is not None and tag.camera is not None and view is not None:
            ahead = view.position_m + 10.0 * tag.camera.rays((u, v))[0]
            x, y = view.project(ahead)[0][0].tolist()
        else:
            middle = self._middle(picture)
            x, y = (self.request.target_px[n] + (at - middle[n]) / scale for n, at in enumerate((u, v)))
        half_x, half_y = (at_px[2] - at_px[0]) / 2 / scale, (at_px[3] - at_px[1]) / 2 / scale
        return x - half_x, y - half_y, x + half_x, y + half_y

    def closer_at(self, plate_px: Box, picture: Frame) -> "PlateLook | None":
        """Return the look at a plate that stands in a box of the view, None where it would be no larger."""
        wide_px = max(plate_px[2] - plate_px[0], 1e-3)
        zoom = min(FILLS * self.size_px[0] / wide_px, MOST_ZOOM)
        taken = picture.snapshot.zoom if picture.snapshot else 1.0
        if self.closer or zoom < LEAST_CLOSER * taken:
            return None
        target = ((plate_px[0] + plate_px[2]) / 2, (plate_px[1] + plate_px[3]) / 2)
        case_id = self.case.case_id
        request = SnapshotRequest(f"{case_id}.plate", case_id, target, zoom, picture.timestamp_ns)
        return replace(self, request=request, box_px=plate_px, closer=True)

    def still_there(self, seen_px: Box | None) -> bool:
        """Return whether the vehicle, last seen in a box of the view, is where the picture was asked for."""
        return stays(self.vehicle_px, seen_px)

    def _scale(self, picture: Frame) -> float:
        """Return pixels of the picture a pixel of the view."""
        zoom = picture.snapshot.zoom if picture.snapshot else 1.0
        return zoom * picture.size_px[0] / self.size_px[0]

    @staticmethod
    def _middle(picture: Frame) -> tuple[float, float]:
        return (picture.size_px[0] - 1) / 2, (picture.size_px[1] - 1) / 2


def stays(asked_px: Box, seen_px: Box | None) -> bool:
    """Return whether a vehicle that was in one box of the view still stands there, seen in another."""
    if seen_px is None:
        return False
    moved = (abs(seen_px[n] + seen_px[n + 2] - asked_px[n] - asked_px[n + 2]) / 2 for n in (0, 1))
    sides = (asked_px[2] - asked_px[0], asked_px[3] - asked_px[1])
    return all(by <= STAYED * side for by, side in zip(moved, sides, strict=True))


def hidden_by(plate_px: Box, own_px: Box, others_px: tuple[Box, ...]) -> bool:
    """Return whether a plate may be that of a vehicle before the own one: it stands where such has its own.

    That is in the box of the other, below PLATES_FROM of its height: nobody has a plate on the roof.
    """
    u, v = (plate_px[0] + plate_px[2]) / 2, (plate_px[1] + plate_px[3]) / 2
    return any(
        box[3] > own_px[3] and box[0] <= u <= box[2] and _plates_from(box) <= v <= box[3] for box in others_px
    )


def _plates_from(box: Box) -> float:
    return box[1] + PLATES_FROM * (box[3] - box[1])
