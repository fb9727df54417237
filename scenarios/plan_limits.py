"""What a view cannot be: one that looks at the sky, a preset out of its PTZ's range."""

from math import atan, degrees, pi, radians, remainder, tan

from detectors.datatypes.camera import PinholeCamera
from scenarios.plan_tables import CameraFile, PresetFile
from twin.cameras.plans import ViewSpec
from twin.cameras.survey import mount
from twin.network.model import RoadNetwork

SLACK_RAD = radians(0.01)


def check_ground(view: ViewSpec, pose: PinholeCamera) -> None:
    """Raise ValueError where the middle of the picture of a view, mounted at `pose`, is sky."""
    if pose.tilt_rad > 0:
        return
    half_rad = atan(pose.height_px / 2 / pose.focal_px)
    seen = "no ground is in the picture" if pose.tilt_rad + half_rad <= 0 else "its middle is sky"
    msg = (
        f"it looks at the sky: the camera is {view.height_m:g} m above the ground and looks "
        f"{-degrees(pose.tilt_rad):.1f} degrees up, so {seen}; aim lower or mount it higher"
    )
    raise ValueError(msg)


def check_range(camera: CameraFile, preset: PresetFile, view: ViewSpec, network: RoadNetwork) -> None:
    """Raise ValueError where a PTZ cannot turn or zoom to a preset; what states no range can."""
    if camera.range is None:
        return
    pose = mount(network, view)
    ahead_rad = network.road_of[view.road].heading_at(view.along_m)
    _check_angle("pan", remainder(pose.yaw_rad - ahead_rad, 2 * pi), camera.range.pan_deg)
    _check_angle("tilt", pose.tilt_rad, camera.range.tilt_deg)
    if camera.range.hfov_deg is None:
        return
    widest = camera.range.hfov_deg
    narrowest = degrees(2 * atan(tan(radians(widest) / 2) / camera.max_zoom))
    if not narrowest <= preset.hfov_deg <= widest:
        msg = (
            f"its field of view of {preset.hfov_deg:g} degrees is out of the range of the PTZ, "
            f"{narrowest:.2g} to {widest:g} degrees (zoom {camera.max_zoom:g})"
        )
        raise ValueError(msg)


def _check_angle(what: str, angle_rad: float, limits_deg: tuple[float, float]) -> None:
    low, high = limits_deg
    if not radians(low) - SLACK_RAD <= angle_rad <= radians(high) + SLACK_RAD:
        msg = (
            f"its {what} of {degrees(angle_rad):.1f} degrees is out of the range of the PTZ, "
            f"{low:g} to {high:g} degrees"
        )
        raise ValueError(msg)
