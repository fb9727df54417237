"""Whatever boxes come, nothing of another's plate survives in a redacted picture."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.datatypes.detections import VehicleClass
from detectors.privacy.redaction import BEHIND, CORE, AccusedVehicle, Box, VehicleBox, redact

HEIGHT, WIDTH = 48, 64
side = st.floats(-20.0, 90.0)
boxes = st.builds(
    lambda x, y, w, h: (x, y, x + w, y + h), side, side, st.floats(0.5, 80.0), st.floats(0.5, 80.0)
)
anything = st.one_of(boxes, st.tuples(*(st.floats(allow_nan=True, allow_infinity=True),) * 4))
classes = st.sampled_from(VehicleClass)
vehicles = st.builds(VehicleBox, boxes, classes)
accused = st.builds(AccusedVehicle, boxes, classes, st.none() | anything)
pictures = st.integers(0, 2**32 - 1).map(
    lambda seed: np.random.default_rng(seed).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
)


def inside(box: Box) -> tuple[slice, slice]:
    """Return the pixels that a box touches."""
    x0, x1 = (min(max(x, 0), WIDTH) for x in (np.floor(box[0]), np.ceil(box[2])))
    y0, y1 = (min(max(y, 0), HEIGHT) for y in (np.floor(box[1]), np.ceil(box[3])))
    return slice(int(y0), int(y1)), slice(int(x0), int(x1))


@settings(max_examples=200, deadline=None)
@given(pictures, pictures, accused, st.none() | st.lists(vehicles, max_size=4), st.lists(boxes, max_size=4))
def test_a_redacted_picture_is_the_same_whatever_the_plates_of_others_show(
    picture: np.ndarray,
    noise: np.ndarray,
    own: AccusedVehicle,
    others: list[VehicleBox] | None,
    plates: list[Box],
) -> None:
    for people in ((), None):
        shown = redact(picture, own, others, plates, people)
        painted = picture.copy()
        for box in plates:
            painted[inside(box)] = noise[inside(box)]
        assert (redact(painted, own, others, plates, people) == shown).all()


@settings(max_examples=200, deadline=None)
@given(pictures, pictures, accused, st.lists(vehicles, min_size=1, max_size=4))
def test_of_vehicles_whose_plates_are_not_known_nothing_survives_but_behind_the_accused(
    picture: np.ndarray, noise: np.ndarray, own: AccusedVehicle, others: list[VehicleBox]
) -> None:
    bare = AccusedVehicle(own.box_px, own.vehicle_class)
    painted = picture.copy()
    for one in others:
        painted[inside(one.box_px)] = noise[inside(one.box_px)]
    told = (redact(painted, bare, others, None, ()) != redact(picture, bare, others, None, ())).any(axis=2)
    x0, y0, x1, y1 = own.box_px
    rim_x, rim_y = CORE * (x1 - x0), CORE * (y1 - y0)
    may = np.zeros((HEIGHT, WIDTH), dtype=bool)
    may[inside((x0 + rim_x, y0 + rim_y, x1 - rim_x, y1 - rim_y))] = True
    for one in others:
        if one.box_px[3] >= y1 - BEHIND * (y1 - y0):
            may[inside(one.box_px)] = False  # it stands before the accused, or beside
    assert not (told & ~may).any()


@settings(max_examples=200, deadline=None)
@given(
    pictures,
    accused,
    st.none() | st.lists(st.builds(VehicleBox, anything, classes), max_size=3),
    st.none() | st.lists(anything, max_size=3),
    st.none() | st.lists(anything, max_size=3),
)
def test_boxes_that_are_none_never_show_more_than_no_boxes_would(
    picture: np.ndarray,
    own: AccusedVehicle,
    others: list[VehicleBox] | None,
    plates: list[Box] | None,
    people: list[Box] | None,
) -> None:
    """Outside the accused a pixel is left as it was only where every list can be used."""

    def usable(box: Box) -> bool:
        return bool(np.isfinite(box).all()) and box[0] < box[2] and box[1] < box[3]

    shown = redact(picture, own, others, plates, people)
    lists = ([one.box_px for one in others] if others is not None else None, people)
    if plates is not None and all(one is not None and all(map(usable, one)) for one in (*lists, plates)):
        return
    if plates is None and all(one is not None and all(map(usable, one)) for one in lists):
        return
    rows, columns = inside(own.box_px)
    outside = np.ones((HEIGHT, WIDTH), dtype=bool)
    outside[max(rows.start - 3, 0) : rows.stop + 3, max(columns.start - 3, 0) : columns.stop + 3] = False
    same = (shown == picture).all(axis=2) & outside
    assert same.mean() <= 0.01 or not outside.any()
