"""Virtual cameras: views of the twin in real time, over the protocols of real ones."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path

import cv2

from detectors.datatypes.frame import NS_PER_S
from hardware_adapters.clock import monotonic_ns, pause_until
from hardware_adapters.credentials import CredentialsError, resolve
from hardware_adapters.publish.mjpeg_server import MjpegPublisher
from hardware_adapters.publish.ports import Channel, Publisher, PublishError
from hardware_adapters.publish.rtsp_server import RtspPublisher
from scenarios.errors import InputError, unknown_name
from scenarios.offences import KTL_WINDOW
from scenarios.progress import Progress, silent
from scenarios.run import Prepared, RunSpec, prepared
from scenarios.site_files import dump_site
from scenarios.spec import load_plan, load_scenario
from scenarios.toml_files import Kind, known_names
from scenarios.watching import COMMISSIONING_FRAMES
from twin.cameras.plans import ViewSpec
from twin.cameras.survey import site_plan
from twin.rendering.source import TwinView
from twin.truth import Scene, VehicleStates


@dataclass(frozen=True, slots=True)
class Broadcast:
    """What to publish and how. `credentials` is a reference; ports 0: any that is free.

    Before the evening the street is shown empty for `lead_s` of its own time: whoever watches has then
    connected when it begins.
    """

    spec: RunSpec
    seed: int = 1
    http_port: int = 0
    rtsp_port: int = 0
    credentials: str | None = None
    speed: float = 1.0
    duration_s: float | None = None
    lead_s: float = 0.0


@dataclass(frozen=True, slots=True)
class OnAir:
    """What is published: where each camera is to be had, the estate files, why there is no RTSP."""

    urls: tuple[tuple[str, str, str], ...]  # (kind, view, url)
    estates: tuple[Path, ...]
    no_rtsp: str


@dataclass(frozen=True, slots=True)
class BroadcastEnd:
    """How it went: frames published, and by how much the last one was late, s."""

    frames: int
    late_s: float


def spec_for(plan: str, scenario: str | None, only: str | None) -> RunSpec:
    """Return the run of a plan: in `scenario`, else in the one that has this plan; raises InputError.

    `only` is a number of views, from the first, or names with commas between.
    """
    cameras = load_plan(plan)
    cameras = replace(cameras, views=_chosen(cameras.views, only)) if only else cameras
    name = scenario or next((s for s in known_names(Kind.SCENARIO) if load_scenario(s).plan == plan), None)
    if name is None:
        known = ", ".join(known_names(Kind.SCENARIO))
        msg = f"plan {plan}: no scenario has it; name one with --scenario: {known}"
        raise InputError(msg)
    return RunSpec(load_scenario(name), cameras, short=False)


def _chosen(views: tuple[ViewSpec, ...], only: str) -> tuple[ViewSpec, ...]:
    if only.isdecimal() and int(only) > 0:
        return views[: int(only)]
    known = {view.name: view for view in views}
    for name in only.split(","):
        if name not in known:
            raise unknown_name(name, known, what="view")
    return tuple(known[name] for name in only.split(","))


def broadcast(
    given: Broadcast,
    out: Path,
    *,
    stop: threading.Event,
    on_air: Callable[[OnAir], None],
    progress: Progress = silent,
) -> BroadcastEnd:
    """Publish the views until `stop`, the duration or the evening ends; raises PublishError, InputError.

    `on_air` is called when the cameras can be had. Estate and site files to watch them with go to `out`.
    """
    run = prepared(given.spec, given.seed, out, given.spec.plan.views, progress)
    views = {
        # what publishes them codes them
        job.spec.name: TwinView(job.network, replace(job.spec, quality=None), job.seed, job.weather)
        for job in run.jobs
    }
    first_ns = run.start_ns - round(given.lead_s * NS_PER_S)
    with ExitStack() as open_ones:
        publishers, no_rtsp = _publishers(given, first_ns, open_ones)
        estates = _write_estates(given, run, views, publishers, out)
        urls = tuple((kind, view, url) for kind, p in publishers.items() for view, url in p.urls().items())
        on_air(OnAir(urls, estates, no_rtsp))
        return _play(given, run, views, tuple(publishers.values()), first_ns, stop)


def _publishers(given: Broadcast, first_ns: int, open_ones: ExitStack) -> tuple[dict[str, Publisher], str]:
    """Return MJPEG always, RTSP where it can be had, and why not where it cannot."""
    channels = [Channel(view.name, view.size_px, view.fps) for view in given.spec.plan.views]
    try:
        credentials = resolve(given.credentials, Path()) if given.credentials else None
    except CredentialsError as error:
        msg = f"--credentials: {error}"
        raise InputError(msg) from None
    mjpeg = MjpegPublisher(channels, given.http_port, credentials)
    found: dict[str, Publisher] = {"mjpeg": open_ones.enter_context(closing(mjpeg))}
    try:
        rtsp = RtspPublisher(channels, given.rtsp_port, credentials, speed=given.speed, begins_ns=first_ns)
        found["rtsp"] = open_ones.enter_context(closing(rtsp))
    except PublishError as error:
        return found, str(error)
    return found, ""


def _play(
    given: Broadcast,
    run: Prepared,
    views: dict[str, TwinView],
    publishers: tuple[Publisher, ...],
    first_ns: int,
    stop: threading.Event,
) -> BroadcastEnd:
    began_ns, frames, late_ns = monotonic_ns(), 0, 0
    until_ns = run.end_ns
    if given.duration_s is not None:
        until_ns = min(until_ns, run.start_ns + round(given.duration_s * given.speed * NS_PER_S))
    for name, scene in scenes(run, first_ns, until_ns):
        if stop.is_set():
            break
        frame = views[name].frame(scene, frames)
        due_ns = began_ns + round((scene.timestamp_ns - first_ns) / given.speed)
        pause_until(due_ns)
        late_ns = max(0, monotonic_ns() - due_ns)
        for publisher in publishers:
            publisher.give(frame)
        frames += 1
    return BroadcastEnd(frames, late_ns / NS_PER_S)


def scenes(run: Prepared, first_ns: int, until_ns: int) -> Iterator[tuple[str, Scene]]:
    """Yield view and scene in order of time: the street empty before the start, then the evening."""
    moments = sorted(
        (at_ns, watch.name)
        for watch in run.watches
        for at_ns in range(first_ns, run.start_ns, watch.period_ns)
    )
    for at_ns, name in moments:
        yield name, Scene(at_ns, VehicleStates.none())
    yield from run.world.scenes(run.watches, until_ns)


def _write_estates(
    given: Broadcast, run: Prepared, views: dict[str, TwinView], publishers: dict[str, Publisher], out: Path
) -> tuple[Path, ...]:
    """Write KIND.toml, a site file a view, and pictures of its empty street, as installers leave them."""
    for job in run.jobs:
        name = job.spec.name
        street = out / "streets" / name
        street.mkdir(parents=True, exist_ok=True)
        (out / "sites").mkdir(exist_ok=True)
        dump_site(
            site_plan(job.network, job.spec, job.seed, window=KTL_WINDOW), out / "sites" / f"{name}.toml"
        )
        for number in range(COMMISSIONING_FRAMES):
            empty = Scene(run.start_ns + number * NS_PER_S, VehicleStates.none())
            cv2.imwrite(str(street / f"{number:02d}.png"), views[name].frame(empty, number).image_bgr)
    return tuple(_write_estate(given, kind, publisher, out) for kind, publisher in publishers.items())


def _write_estate(given: Broadcast, kind: str, publisher: Publisher, out: Path) -> Path:
    lines = [f"# The virtual cameras of plan {given.spec.plan.name}, while they are published.", ""]
    lines += [f'phase = "{given.spec.scenario.phase}"', ""]
    reference = _absolute(given.credentials)
    for view, url in publisher.urls().items():
        lines += ["[[camera]]", f'id = "{view}"', f'site = "sites/{view}.toml"', f'street = "streets/{view}"']
        lines += ["simulated = true", "[camera.source]", f'kind = "{kind}"', f'url = "{url}"']
        lines += [f"credentials = '{reference}'"] if reference else []
        lines += [""]
    path = out / f"{kind}.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _absolute(reference: str | None) -> str | None:
    """Return a reference that means the same from the folder of the estate file."""
    if reference is None or not reference.startswith("file:"):
        return reference
    return f"file:{Path(reference.removeprefix('file:')).resolve()}"
