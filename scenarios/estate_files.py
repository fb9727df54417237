"""Estate files: every camera that is watched live, where it is, and how far its clock is to be trusted."""

from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field

from detectors.datatypes.site import SitePlan
from detectors.detection import registry
from hardware_adapters.credentials import Credentials, CredentialsError, Mask, resolve
from hardware_adapters.link import MS, CameraAddress
from hardware_adapters.live_source import LinkSettings
from scenarios.errors import InputError
from scenarios.site_files import read_site
from scenarios.spec import check_detector
from scenarios.toml_files import FileModel, Kind, known_names, name_of, read_model
from scenarios.toml_files import resolve as resolve_name

SCHEMES = {"rtsp": ("rtsp", "rtsps"), "mjpeg": ("http", "https"), "snapshot": ("http", "https")}


class SourceFile(FileModel):
    """The table [camera.source]. `credentials` is a reference; its value is never shown."""

    kind: Literal["rtsp", "mjpeg", "snapshot"]
    url: Any
    credentials: Any = None
    transport: Literal["tcp", "udp"] = "tcp"
    period_s: Annotated[float, Field(ge=0.1, le=3600)] = 1.0
    tls_verify: bool = True


class TimeoutsFile(FileModel):
    """The table [camera.timeouts]."""

    open_s: Annotated[float, Field(gt=0, le=5)] = 5.0
    read_s: Annotated[float, Field(gt=0, le=3)] = 3.0


class ClockFile(FileModel):
    """The table [camera.clock]: pictures whose time is less sure than this are not judged by the clock."""

    max_uncertainty_ms: Annotated[float, Field(ge=1, le=60_000)] = 100.0


class DecodeFile(FileModel):
    """The table [camera.decode]."""

    mode: Literal["full", "keyframes"] = "full"
    max_fps: Annotated[float, Field(gt=0, le=60)] = 12.0


class CameraFile(FileModel):
    """A table [[camera]]."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9\-]{0,60}$")]
    site: Annotated[str, Field(min_length=1)] | None = None
    street: Annotated[str, Field(min_length=1)] | None = None
    detector: Annotated[str, Field(min_length=1)] = "motion"
    simulated: bool = False
    source: SourceFile
    timeouts: TimeoutsFile = TimeoutsFile()
    clock: ClockFile = ClockFile()
    decode: DecodeFile = DecodeFile()


class EstateFile(FileModel):
    """An estate as it stands in its file."""

    phase: Literal["socialisation", "enforcement"] = "socialisation"
    camera: Annotated[tuple[CameraFile, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class LiveCamera:
    """One camera of an estate. `street` is a folder of pictures of the street without traffic."""

    id: str
    kind: str
    address: CameraAddress
    settings: LinkSettings
    detector: str
    site: SitePlan | None
    street: Path | None

    @property
    def view(self) -> str:
        """What its view is called in cases."""
        return self.site.view if self.site else self.id


@dataclass(frozen=True, slots=True)
class Estate:
    """All cameras that are watched together."""

    name: str
    phase: str
    cameras: tuple[LiveCamera, ...]

    @property
    def mask(self) -> Mask:
        """What takes the credentials of every camera out of text."""
        return Mask(*(camera.address.credentials for camera in self.cameras))


def load_estate(name_or_path: str) -> Estate:
    """Return an estate by its name or the path of its file; raises InputError.

    Paths in the file are from its own folder.
    """
    file = resolve_name(Kind.ESTATE, name_or_path)
    given = read_model(file, EstateFile)
    folder = file.parent if isinstance(file, Path) else Path()
    cameras = tuple(_camera(file, folder, camera) for camera in given.camera)
    for what, names in (("cameras", [c.id for c in cameras]), ("views", [c.view for c in cameras])):
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            msg = f"{file}: two {what} are called '{twice[0]}'"
            raise InputError(msg)
    return Estate(name_of(file), given.phase, cameras)


def _camera(file: Traversable, folder: Path, given: CameraFile) -> LiveCamera:
    try:
        check_detector(given.detector, tuple(registry.DETECTORS))
        site = _site(given.site, folder) if given.site else None
        return LiveCamera(
            id=given.id,
            kind=given.source.kind,
            address=_address(given, folder),
            settings=LinkSettings(
                simulated=given.simulated or (site is not None and site.simulated),
                max_fps=given.decode.max_fps,
                max_uncertainty_ns=round(given.clock.max_uncertainty_ms * MS),
            ),
            detector=given.detector,
            site=site,
            street=_street(given.street, folder),
        )
    except (InputError, CredentialsError) as error:
        msg = f"{file}: camera {given.id}: {error}"
        raise InputError(msg) from None


def _site(name_or_path: str, folder: Path) -> SitePlan:
    if name_or_path in known_names(Kind.SITE):
        return read_site(resolve_name(Kind.SITE, name_or_path))
    return read_site(resolve_name(Kind.SITE, str(folder / name_or_path)))


def _street(given: str | None, folder: Path) -> Path | None:
    if given is None:
        return None
    path = folder / given
    if not path.is_dir():
        msg = f"street: {path}: no such folder; put pictures of the street without traffic there"
        raise InputError(msg)
    return path


def _address(given: CameraFile, folder: Path) -> CameraAddress:
    source = given.source
    return CameraAddress(
        url=_url(source.kind, source.url),
        credentials=_credentials(source.credentials, folder),
        open_s=given.timeouts.open_s,
        read_s=given.timeouts.read_s,
        transport=source.transport,
        keyframes_only=given.decode.mode == "keyframes",
        period_s=source.period_s,
        tls_verify=source.tls_verify,
    )


def _url(kind: str, url: Any) -> str:
    """Return `url`, checked; nothing of a refused one is said, it may hold a password."""
    schemes = SCHEMES[kind]
    example = f"{schemes[0]}://camera-07.example/live"
    try:
        parts = urlsplit(url if isinstance(url, str) else "")
        usable = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, a bracket left open
        usable = False
    if not usable:
        msg = f"source.url: expected a URL like {example} for a camera of kind {kind}"
        raise InputError(msg)
    if "@" in parts.netloc:
        msg = "source.url: holds a user name; take it out and write credentials = 'env:NAME' or 'file:PATH'"
        raise InputError(msg)
    return str(url)


def _credentials(reference: Any, folder: Path) -> Credentials | None:
    if reference is None:
        return None
    return resolve(reference if isinstance(reference, str) else "", folder)
