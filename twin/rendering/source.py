"""A view of the twin as the engine meets one: frames, and snapshots some time after they are asked for."""

from dataclasses import replace

from detectors.datatypes.arrays import UInt8Array
from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.frame import Frame, SnapshotTag, TimeBase
from detectors.datatypes.steps import SnapshotRequest
from twin.cameras.head import Announcement, CameraHead
from twin.cameras.lenses import ZoomLens
from twin.cameras.optics import resized
from twin.cameras.plans import ViewSpec
from twin.cameras.ptz import AHEAD, Aim
from twin.cameras.snapshots import SNAPSHOT_PX, SNAPSHOT_QUALITY, SnapshotQueue
from twin.cameras.survey import mount, surveyed, surveyed_lens
from twin.compiled import is_kept
from twin.environment.weather import CLEAR, Weather
from twin.network.model import RoadNetwork
from twin.randomness import Seed
from twin.rendering.coding import coded
from twin.rendering.painter import ViewRenderer
from twin.rendering.plate_truth import PlateTruth
from twin.rendering.truth_boxes import FrameTruth, frame_truth
from twin.truth import Scene


def drawing_is_compiled() -> bool:
    """Return whether nothing has to be compiled before the first picture."""
    return is_kept()


class TwinView:
    """One camera of the twin at its true pose; `seed` is the one that its SitePlan was surveyed with."""

    def __init__(self, network: RoadNetwork, spec: ViewSpec, seed: Seed, weather: Weather = CLEAR) -> None:
        self.spec = spec
        self.camera = mount(network, spec)
        self._seed = seed
        self._believed = surveyed(self.camera, spec, seed)
        self._believed_lens = surveyed_lens(spec, seed)
        self._renderer = ViewRenderer(network, spec, self.camera, seed, weather)

    def come_back(self, visit: int) -> None:
        """Look as it does since it last turned here: its head misses the direction by a little each time.

        `visit` says which time that is.
        """
        self._renderer.lens.missed = self._missed("visit", visit)

    def _missed(self, *what: str | int) -> Aim:
        if not self.spec.repeatability_rad:
            return AHEAD
        draw = self._seed.generator("repeatability", self.spec.name, *what)
        return Aim(*draw.normal(0.0, self.spec.repeatability_rad, 2).tolist())

    def frame(self, scene: Scene, index: int) -> Frame:
        """Return what the camera shows of the scene, stamped with the camera's own clock."""
        image = self._sent(self._renderer.render(scene), self.spec.quality)
        return Frame(self.spec.name, index, self._stamp(scene), image, True, TimeBase.UTC)  # noqa: FBT003

    def darken(self, shift_ns: int) -> None:
        """Let it look so much later in the day than it is; clocks stay right."""
        self._renderer.light_shift_ns = shift_ns

    def truth(self, scene: Scene) -> FrameTruth:
        """Return what of the scene truly shows."""
        return frame_truth(scene, *self._renderer.looks(scene.timestamp_ns))

    def snapshot(self, scene: Scene, request: SnapshotRequest) -> Frame:
        """Return the zoomed picture of what the requested pixel shows."""
        aimed, zoom = self._aimed(request)
        image = self._sent(self._renderer.render_zoomed(scene, aimed, SNAPSHOT_PX), SNAPSHOT_QUALITY)
        # the engine is told the optics as surveyed: the true pose stays in the twin
        believed = resized(_zoomed(self._believed, request, zoom, self._believed_lens), SNAPSHOT_PX)
        tag = SnapshotTag(request.request_id, zoom, believed)
        return Frame(self.spec.name, 0, self._stamp(scene), image, True, TimeBase.UTC, tag)  # noqa: FBT003

    def snapshot_plate(self, scene: Scene, request: SnapshotRequest, number: str) -> PlateTruth | None:
        """Return how the plate of a number truly shows in that picture."""
        return self._renderer.plate_zoomed(scene, self._aimed(request)[0], SNAPSHOT_PX, number)

    def _aimed(self, request: SnapshotRequest) -> tuple[PinholeCamera, float]:
        """Return the camera as it truly looks for a request, and its zoom."""
        zoom = min(request.zoom, self.spec.max_zoom)
        aimed = _zoomed(self.camera, request, zoom, self.spec.lens)
        missed = self._missed("snapshot", request.request_id)
        yaw_rad, tilt_rad = aimed.yaw_rad + missed.pan_rad, aimed.tilt_rad + missed.tilt_rad
        return replace(aimed, yaw_rad=yaw_rad, tilt_rad=tilt_rad), zoom

    def _sent(self, image: UInt8Array, quality: int | None) -> UInt8Array:
        """Return a picture as it arrives; a camera whose quality is None sends all as it is."""
        if quality is None or self.spec.quality is None:
            return image
        return coded(image, quality, self._renderer.noise_sigma)

    def _stamp(self, scene: Scene) -> int:
        return scene.timestamp_ns + self.spec.clock_error_ns


def _zoomed(camera: PinholeCamera, request: SnapshotRequest, zoom: float, lens: ZoomLens) -> PinholeCamera:
    """Return a camera turned to what a request is for, its lens bent as it is at that zoom."""
    aimed = camera.aimed_at(request.target_px, zoom)
    return replace(aimed, lens=lens.on(aimed)) if lens.bends else aimed


class VirtualControl:
    """CameraControl of a view of the twin; answers wait for the scene in which they are due.

    `head` is what the view shares with the other views of its camera; without one it stands alone.
    """

    def __init__(self, view: TwinView, head: CameraHead | None = None) -> None:
        self._view = view
        self._head = CameraHead() if head is None else head
        self._queue = SnapshotQueue(view.spec.snapshot_delay_ns, self._head)
        self.announced: list[Announcement] = []

    def request(self, request: SnapshotRequest) -> bool:
        """Take the request; a camera of the twin can always zoom."""
        camera = self._view.camera
        aimed = camera.aimed_at(request.target_px, 1.0)
        self._queue.add(request, Aim(camera.yaw_rad, camera.tilt_rad), Aim(aimed.yaw_rad, aimed.tilt_rad))
        return True

    def announce(self, text_code: str, timestamp_ns: int) -> bool:
        """Speak over the loudspeaker of the camera, if it has one; `announced` says until when."""
        if self._head.speaks:
            self.announced.append(self._head.speak(text_code, timestamp_ns))
        return self._head.speaks

    def looks(self, scene: Scene) -> bool:
        """Return whether the camera looks at this view, and not elsewhere on its tour or for a snapshot.

        If so the view shows what it does since the camera last turned there.
        """
        now_ns = self._now_ns(scene)
        looks = self._head.looks_at(self._view.spec.name, now_ns)
        if looks:
            self._view.come_back(self._head.since_ns(now_ns))
        return looks

    def due(self, scene: Scene) -> tuple[Frame, ...]:
        """Return the snapshots whose time has come."""
        return tuple(self._view.snapshot(scene, request) for request in self._queue.due(self._now_ns(scene)))

    def _now_ns(self, scene: Scene) -> int:
        return scene.timestamp_ns + self._view.spec.clock_error_ns
