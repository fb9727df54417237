"""Exported models with and without a sidecar: what it says is done, what is missing is told in one line."""

from pathlib import Path

import numpy as np
import pytest

from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.frame import Frame
from detectors.detection import registry
from detectors.detection.conformance import conformance
from detectors.detection.errors import ModelError
from detectors.detection.onnx import OnnxDetector
from tests.onnx_models import Side, bright_cells

RED, GREEN = 2, 1  # of BGR
FIXED = (64, 64)


def picture(
    cell: tuple[int, int] = (1, 2), channel: int = RED, size_px: tuple[int, int] = (160, 96), side: int = 32
) -> Frame:
    """Return a black frame in which one cell (column, row) is bright in one channel."""
    image = np.zeros((size_px[1], size_px[0], 3), dtype=np.uint8)
    x, y = cell[0] * side, cell[1] * side
    image[y : y + side, x : x + side, channel] = 255
    return Frame("drawn", 0, 0, image, simulated=True)


def model(tmp_path: Path, sidecar: str = "", **said: object) -> Path:
    path = bright_cells(tmp_path / "mine.onnx", **said)  # type: ignore[arg-type]
    if sidecar:
        path.with_suffix(".toml").write_text(sidecar, encoding="utf-8")
    return path


def refused(path: Path) -> str:
    with pytest.raises(ModelError) as caught:
        OnnxDetector(path)
    said = str(caught.value)
    assert "\n" not in said
    assert str(path.parent) in said
    return said


def inputs(detector: OnnxDetector, frame: Frame) -> list[tuple[int, ...]]:
    """Return the shapes (1, 3, H, W) that the net is run at for one frame."""
    session, shapes = detector._session, []

    class Watched:
        def run(self, names: None, given: dict[str, np.ndarray]) -> list[np.ndarray]:
            shapes.append(given[detector._input].shape)
            found: list[np.ndarray] = session.run(names, given)
            return found

    detector._session = Watched()
    detector.detect(frame)
    detector._session = session
    return shapes


def test_a_free_model_runs_at_the_size_of_the_picture_rounded_up_to_strides(tmp_path: Path) -> None:
    detector = OnnxDetector(model(tmp_path))
    assert inputs(detector, picture(size_px=(160, 96))) == [(1, 3, 96, 160)]
    assert inputs(detector, picture(size_px=(161, 97))) == [(1, 3, 128, 192)]
    found = detector.detect(picture((1, 2)))
    assert found.boxes_px.tolist() == [[32, 64, 64, 96]]
    assert found.classes.tolist() == [VehicleClass.MOTORCYCLE]
    assert found.scores == pytest.approx([1.0])


def test_a_free_model_runs_at_the_size_that_is_asked_for_and_not_on_a_padded_canvas(tmp_path: Path) -> None:
    path = model(tmp_path, 'size = "960x544"')
    frame = picture((1, 2), size_px=(640, 360), side=64)
    assert inputs(OnnxDetector(path), frame) == [(1, 3, 544, 960)]
    smaller = registry.build(f"onnx:{path}@size=320x192", None)
    assert isinstance(smaller, OnnxDetector)
    assert inputs(smaller, frame) == [(1, 3, 192, 320)]
    assert smaller.detect(frame).boxes_px == pytest.approx(np.array([[64, 128, 128, 192]]), abs=0.5)


def test_a_model_free_in_width_alone_keeps_its_height(tmp_path: Path) -> None:
    detector = OnnxDetector(model(tmp_path, size_px=("width", 64)))
    assert inputs(detector, picture((0, 0), size_px=(96, 40))) == [(1, 3, 64, 96)]


def test_a_picture_of_48_megapixels_is_scaled_down_and_found_in(tmp_path: Path) -> None:
    frame = picture((2, 1), size_px=(8000, 6000), side=2000)
    free, fixed = OnnxDetector(model(tmp_path)), OnnxDetector(model(tmp_path, size_px=FIXED))
    assert inputs(free, frame) == [(1, 3, 1440, 1920)]
    box = free.detect(frame).boxes_px
    assert (box[:, :2] >= [3900, 1900]).all()
    assert (box[:, 2:] <= [6100, 4100]).all()
    assert inputs(fixed, frame) == [(1, 3, 64, 64)]


def test_a_picture_larger_than_the_largest_input_is_looked_at_in_tiles(tmp_path: Path) -> None:
    detector = registry.build(f"onnx:{model(tmp_path)}@size=3840x2160", None)
    assert isinstance(detector, OnnxDetector)
    shapes = inputs(detector, picture(size_px=(640, 360)))
    assert len(shapes) > 1
    assert set(shapes) == {(1, 3, 1920, 1920)}


@pytest.mark.parametrize("size_px", [("width", "height"), FIXED])
def test_models_with_free_and_fixed_inputs_keep_every_promise(
    size_px: tuple[Side, Side], tmp_path: Path
) -> None:
    path = model(tmp_path, size_px=size_px)
    assert [one for one in conformance(lambda: registry.build(f"onnx:{path}", None)) if one.fault] == []


def test_a_frame_in_which_nothing_is_found_gives_no_detections(tmp_path: Path) -> None:
    assert len(OnnxDetector(model(tmp_path)).detect(picture(channel=RED, side=1))) == 0


def test_the_edge_of_the_last_picture_does_not_show_in_the_next(tmp_path: Path) -> None:
    detector = OnnxDetector(model(tmp_path, size_px=(96, 96)))
    detector.size_px = (64, 64)
    detector.detect(picture((1, 1), size_px=(64, 64)))
    found = detector.detect(picture((0, 0), size_px=(64, 32)))
    assert found.boxes_px.tolist() == [[0, 0, 32, 32]]


def test_names_may_come_from_the_sidecar(tmp_path: Path) -> None:
    path = model(tmp_path, 'names = ["person", "Car", "bus", "truck"]', names=None)
    detector = OnnxDetector(path)
    assert len(detector.detect(picture(channel=RED))) == 0
    assert detector.detect(picture(channel=GREEN)).classes.tolist() == [VehicleClass.CAR]


def test_a_class_map_says_what_a_name_stands_for(tmp_path: Path) -> None:
    named = "{0: 'angkot', 1: 'car', 2: 'bus', 3: 'truck'}"
    path = model(tmp_path, '[classes]\nAngkot = "bus"\ncar = "ignored"', names=named)
    detector = OnnxDetector(path)
    assert detector.detect(picture(channel=RED)).classes.tolist() == [VehicleClass.BUS]
    assert len(detector.detect(picture(channel=GREEN))) == 0


def test_a_class_more_than_vehicles_is_left_out(tmp_path: Path) -> None:
    named = "{0: 'plate', 1: 'motorcycle', 2: 'car', 3: 'bus', 4: 'truck'}"
    detector = OnnxDetector(model(tmp_path, classes=5, names=named))
    assert len(detector.detect(picture(channel=RED))) == 0
    assert detector.detect(picture(channel=GREEN)).classes.tolist() == [VehicleClass.MOTORCYCLE]


def test_the_order_of_the_channels_and_the_scale_are_those_of_the_sidecar(tmp_path: Path) -> None:
    detector = OnnxDetector(model(tmp_path, 'channels = "bgr"\nscale = 0.002\nscore = 0.5\niou = 0.5'))
    found = detector.detect(picture(channel=RED))
    assert found.classes.tolist() == [VehicleClass.BUS]
    assert found.scores == pytest.approx([0.51], abs=1e-4)
    assert (detector.least_score, detector._most_iou) == (0.5, 0.5)


def test_mean_and_deviation_are_taken_off_in_the_order_of_the_channels(tmp_path: Path) -> None:
    sidecar = "scale = 1.0\nmean = [55.0, 0.0, 0.0]\nstd = [400.0, 1000.0, 1000.0]"
    found = OnnxDetector(model(tmp_path, sidecar)).detect(picture(channel=RED))
    assert found.scores == pytest.approx([0.5])


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("nmaes = []", "unknown key 'nmaes'; did you mean 'names'?"),
        ("colour = 1", "unknown key 'colour'; known: names, classes, size"),
        ("names = []", "names: expected a list of names, got []"),
        ("names = [1]", "names: expected a list of names, got [1]"),
        ('classes = "car"', "classes: expected a table of names"),
        ('[classes]\ncar = "tram"', "each motorcycle, car, bus, truck, plate or ignored"),
        ('[classes]\ntram = "car"', "the model has no class 'tram'; it has: motorcycle, car, bus, truck"),
        ('size = "960"', "size: expected width and height in px like \"960x544\", got '960'"),
        ("size = [960, 544]", "size: expected width and height in px"),
        ('channels = "grb"', "channels: expected rgb or bgr, got 'grb'"),
        ("channels = []", "channels: expected rgb or bgr"),
        ("scale = 0", "scale: expected a number above 0, got 0"),
        ("scale = true", "scale: expected a number above 0, got True"),
        ("mean = [0, 0]", "mean: expected three numbers, got [0, 0]"),
        ("std = [1, 1, 0]", "std: expected three numbers above 0"),
        ("score = 1.5", "score: expected a number from 0 to 1"),
        ("iou = nan", "iou: expected a number from 0 to 1"),
        ("score = ", "not TOML"),
    ],
)
def test_a_slip_in_a_sidecar_is_told_with_its_file_and_key(line: str, says: str, tmp_path: Path) -> None:
    said = refused(model(tmp_path, line))
    assert says in said
    assert "mine.toml" in said


@pytest.mark.parametrize("names", [None, "motorcycle", "{}", "{0: [}"])
def test_a_model_without_names_is_told_how_to_write_its_sidecar(names: str | None, tmp_path: Path) -> None:
    said = refused(model(tmp_path, names=names))
    assert "no sidecar names its classes" in said
    assert 'write mine.toml beside it, with a line like names = ["motorcycle", "car"' in said


def test_a_model_of_which_no_class_is_a_vehicle_is_told_how_to_map_them(tmp_path: Path) -> None:
    said = refused(model(tmp_path, names="{0: 'kucing', 1: 'anjing', 2: 'sapi', 3: 'kambing'}"))
    assert "none of its classes (kucing, anjing" in said
    assert '[classes], then a line like "kucing" = "car"' in said


@pytest.mark.parametrize("says", [None, "rows"])
def test_names_that_do_not_match_the_outputs_are_told(says: str | None, tmp_path: Path) -> None:
    said = refused(model(tmp_path, classes=6, says=says))
    assert "expected an output (1, 8, N), a box and 4 scores, got (1, 10," in said
    assert "name each class in mine.toml" in said


def test_a_model_of_grey_pictures_is_refused(tmp_path: Path) -> None:
    said = refused(model(tmp_path, planes=1))
    assert "expected one input (1, 3, H, W) of float, a picture in colour" in said


def test_a_model_that_fails_on_a_frame_is_told_with_the_size(tmp_path: Path) -> None:
    detector = OnnxDetector(model(tmp_path, size_px=FIXED))
    detector._free_px = (32, 32)  # as a model that takes less than it says
    with pytest.raises(ModelError, match="cannot look at an input of 32 x 32 px"):
        detector.detect(picture())


def test_what_is_no_model_or_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.onnx").write_text("not a model", encoding="utf-8")
    assert "not a model that ONNX Runtime can read" in refused(tmp_path / "notes.onnx")
    assert "no such model" in refused(tmp_path / "gone.onnx")
