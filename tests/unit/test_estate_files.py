"""Estate files: what they may say, and that a password in the wrong place is never repeated."""

from pathlib import Path

import pytest

from hardware_adapters.credentials import Credentials
from scenarios.errors import InputError
from scenarios.estate_files import load_estate
from scenarios.toml_files import Kind, resolve

CAMERA = """
[[camera]]
id = "cam-1"
[camera.source]
kind = "rtsp"
url = "rtsp://camera-1.example/live"
credentials = "env:CAM1"
"""


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAM1", "admin:kanari")


def loaded(tmp_path: Path, text: str) -> str:
    """Return the one line with which a file is refused."""
    path = tmp_path / "estate.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        load_estate(str(path))
    assert "kanari" not in str(refused.value)
    return str(refused.value)


def test_the_example_is_an_estate_of_three_kinds() -> None:
    estate = load_estate("contoh")
    assert [camera.kind for camera in estate.cameras] == ["rtsp", "mjpeg", "snapshot"]
    assert estate.cameras[0].site is not None
    assert [camera.view for camera in estate.cameras] == ["contoh", "cam-08", "cam-09"]


def test_the_example_says_what_a_file_may_say() -> None:
    text = resolve(Kind.ESTATE, "contoh").read_text(encoding="utf-8")
    for key in ("credentials", "street", "max_uncertainty_ms", "mode", "max_fps", "transport", "tls_verify"):
        assert key in text


def test_credentials_are_filled_in_from_their_reference(tmp_path: Path) -> None:
    path = tmp_path / "estate.toml"
    path.write_text(CAMERA, encoding="utf-8")
    (camera,) = load_estate(str(path)).cameras
    assert camera.address.credentials == Credentials("admin", "kanari")
    assert "kanari" not in repr(camera)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("url =", "urll =", "unknown key 'camera.0.source.urll'; did you mean 'url'?"),
        ('"rtsp"', '"rtps"', "camera.0.source.kind"),
        ('"rtsp"', '"mjpeg"', "camera cam-1: source.url: expected a URL like http://"),
        ("camera-1.example", "admin:kanari@camera-1.example", "source.url: holds a user name"),
        ('url = "rtsp://camera-1.example/live"', "url = 5", "source.url: expected a URL like rtsp://"),
        ("example/live", "example:kanari/live", "source.url: expected a URL like rtsp://"),
        ('"env:CAM1"', '"admin:kanari"', "credentials: expected a reference, 'env:NAME' or 'file:PATH'"),
        ('"env:CAM1"', '"env:NOBODY"', "there is no such environment variable"),
        ('"env:CAM1"', '"file:nothing"', "cannot be read"),
        ('credentials = "env:CAM1"', 'password = "kanari"', "unknown key 'camera.0.source.password'"),
        ('credentials = "env:CAM1"', "credentials = ['kanari']", "credentials: expected a reference"),
        ('id = "cam-1"', 'id = "cam-1"\nsite = "nowhere"', "nowhere"),
        ('id = "cam-1"', 'id = "cam-1"\ndetector = "yolo99"', "unknown detector 'yolo99'"),
        ('id = "cam-1"', 'id = "cam-1"\nstreet = "nowhere"', "nowhere: no such folder"),
        ('id = "cam-1"', 'id = "cam-1"\n[camera.timeouts]\nread_s = 30.0', "camera.0.timeouts.read_s"),
    ],
)
def test_a_slip_is_one_clear_line(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in CAMERA
    assert expected in loaded(tmp_path, CAMERA.replace(old, new))


def test_two_cameras_have_two_names(tmp_path: Path) -> None:
    assert "two cameras are called 'cam-1'" in loaded(tmp_path, CAMERA + CAMERA)


def test_an_estate_has_cameras(tmp_path: Path) -> None:
    assert "'camera' is missing" in loaded(tmp_path, 'phase = "enforcement"\n')
