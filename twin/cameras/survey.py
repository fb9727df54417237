"""From a road network to one view: where the camera stands, and what a surveyor would write down."""

from dataclasses import replace

import numpy as np

from detectors.datatypes.arrays import Float64Array
from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.geometry import Polygon
from detectors.datatypes.ground import Ground
from detectors.datatypes.site import Carriageway, DailyWindow, NoParkingZone, SitePlan, StopLine
from detectors.datatypes.survey import SurveyErrors
from twin.cameras.gates import gates
from twin.cameras.ground_survey import REACH_M, RIGHT_M, junction_area, roads_near, survey_ground
from twin.cameras.lenses import ZoomLens
from twin.cameras.optics import density_px_per_m, in_view
from twin.cameras.plans import ViewSpec
from twin.cameras.runs import runs, straight_runs
from twin.cameras.sign_survey import MARKED_PX, Marks, gate, marking_sigma_m, one_way, prohibited_turns
from twin.network.model import Control, Road, RoadNetwork, Turn, TurnKind
from twin.network.roadside import Section, section
from twin.randomness import Seed

BESIDE_ROAD_M = 60.0  # a camera farther from its road than this does not stand beside it
ZONE_PX_PER_M = 10.0  # a car is 40 px long: half of IEC 62676-4:2024's overview, enough to see it stand
LINE_PX_PER_M = 15.0  # a rider is 12 px wide and 25 px high: enough to follow, less is another camera's line
QUEUE_M = 40.0  # before a stop line with signals, where who stands may wait for green: no kerb zone
APPROACH_M = 8.0  # of the approach that a view must show to judge who passes the line
STEP_M = 2.0
SHORTEST_M = 6.0
INTO_LANE_M = 0.5
EXIT_M = 20.0
FRAME_TIME_S, CLOCK_S = 0.005, 0.1  # jitter of PTS [?]; DOMAIN 6, gate G2: time stamps within 100 ms


def mount(network: RoadNetwork, spec: ViewSpec) -> PinholeCamera:
    """Return the true camera of a view.

    Raises ValueError where the view does not stand beside a road of the network.
    """
    road, aimed = (_road(network, spec, name) for name in (spec.road, spec.aimed_road))
    _check_along(spec, "along_m", spec.along_m, road)
    _check_along(spec, "aim_along_m", spec.aim_along_m, aimed)
    if not abs(spec.offset_m) <= BESIDE_ROAD_M:
        msg = (
            f"view {spec.name}: off the map: {spec.offset_m:g} m from road {road.id}, "
            f"beyond {BESIDE_ROAD_M:g} m"
        )
        raise ValueError(msg)
    position = np.array(road.point_at(spec.along_m, spec.offset_m)) + np.array([0.0, 0.0, spec.height_m])
    target = np.array(aimed.point_at(spec.aim_along_m, spec.aim_offset_m))
    return _aimed(spec, position, target + np.array([0.0, 0.0, spec.aim_height_m]))


def _road(network: RoadNetwork, spec: ViewSpec, name: str) -> Road:
    road = network.road_of.get(name)
    if road is None:
        msg = f"view {spec.name}: off the map: network {network.name} has no road {name!r}"
        raise ValueError(msg)
    return road


def _check_along(spec: ViewSpec, what: str, along_m: float, road: Road) -> None:
    if not 0 <= along_m <= road.length_m:
        msg = (
            f"view {spec.name}: off the map: {what} {along_m:g} m is not on road {road.id}, "
            f"which runs from 0 to {road.length_m:.1f} m"
        )
        raise ValueError(msg)


def _aimed(spec: ViewSpec, position_m: Float64Array, target_m: Float64Array) -> PinholeCamera:
    ray = target_m - position_m
    flat_m = float(np.hypot(ray[0], ray[1]))
    yaw_rad, tilt_rad = float(np.arctan2(ray[1], ray[0])), float(np.arctan2(-ray[2], flat_m))
    camera = PinholeCamera.from_hfov(spec.size_px, spec.hfov_rad, position_m, yaw_rad, tilt_rad)
    return replace(camera, lens=spec.lens.on(camera)) if spec.lens.bends else camera


def surveyed_lens(spec: ViewSpec, seed: Seed) -> ZoomLens:
    """Return the lens of a view as a calibration with the standard error of `spec` would state it."""
    draws = seed.generator("survey", spec.name, "lens").normal(0.0, spec.survey_sigma_lens, 2)
    return spec.lens.scaled(*(1.0 + draws).tolist())


def surveyed(camera: PinholeCamera, spec: ViewSpec, seed: Seed) -> PinholeCamera:
    """Return the camera as a survey with the standard errors of `spec` would state it."""
    draw = seed.generator("survey", spec.name)
    shift_m = draw.normal(0.0, spec.survey_sigma_m, 3)
    yaw, tilt, roll = draw.normal(0.0, spec.survey_sigma_rad, 3)
    return replace(
        camera,
        position_m=camera.position_m + shift_m,
        yaw_rad=camera.yaw_rad + float(yaw),
        tilt_rad=camera.tilt_rad + float(tilt),
        roll_rad=camera.roll_rad + float(roll),
        lens=surveyed_lens(spec, seed).on(camera) if spec.lens.bends else camera.lens,
    )


def survey_errors(spec: ViewSpec) -> SurveyErrors:
    """Return how wrong a survey with the standard errors of `spec` may be, as its surveyor states it.

    The ground is right within RIGHT_M: as a standard error, that of a uniform distribution. A head that turns
    finds its view again with an error of its own.
    """
    return SurveyErrors(
        position_m=spec.survey_sigma_m,
        angle_rad=float(np.hypot(spec.survey_sigma_rad, spec.repeatability_rad)),
        place_m=RIGHT_M / 3**0.5,
        frame_time_s=FRAME_TIME_S,
        lens=spec.survey_sigma_lens if spec.lens.bends else 0.0,
        clock_s=CLOCK_S,
    )


def site_plan(
    network: RoadNetwork, spec: ViewSpec, seed: Seed, *, window: DailyWindow, minimum_stand_s: float = 60.0
) -> SitePlan:
    """Return what an installer would write of this view, in the frame of the network.

    Junction areas count as carriageways (named after the junction, with the heading of its
    approach in view), so that no track is lost behind a stop line. Raises ValueError as `mount`.
    """
    true_camera = mount(network, spec)
    roads = roads_near(network, true_camera, REACH_M)
    zones = [
        NoParkingZone(f"{road.zone}/{road.id}" + (f"#{i}" if i else ""), area, window, minimum_stand_s)
        for road in roads
        if road.zone and road.kerb_m > 0
        for i, area in enumerate(_kerb_strips(section(network, road), true_camera, _free_to_m(network, road)))
    ]
    ground = survey_ground(network, true_camera)
    told = surveyed(true_camera, spec, seed)
    where = (spec, true_camera, ground)
    draw = seed.generator("survey", spec.name, "lines")
    marks = [Marks(told, draw.normal(0.0, MARKED_PX, 2)) for _ in roads]
    return SitePlan(
        view=spec.name,
        origin_lonlat=network.origin_lonlat,
        camera=told,
        ground=ground,
        no_parking=tuple(zones),
        stop_lines=_named_apart(
            [
                line
                for road, mark in zip(roads, marks, strict=True)
                for line in _stop_lines(network, road, true_camera, ground, mark)
            ]
        ),
        carriageways=_carriageways(network, roads, true_camera),
        simulated=True,
        one_way=tuple(way for road in roads for way in one_way(network, road, *where)),
        prohibited_turns=tuple(ban for road in roads for ban in prohibited_turns(network, road, *where)),
        signal_lag_s=1.0 / spec.fps,  # a change is told with the next frame
        survey=survey_errors(spec),
        gates=gates(network, roads, true_camera),
    )


def _named_apart(lines: list[StopLine]) -> tuple[StopLine, ...]:
    """Return stop lines by names of their own: two approaches of one street by their groups."""
    names = [line.name for line in lines]
    return tuple(
        replace(line, name=f"{line.name} {line.group}") if names.count(line.name) > 1 else line
        for line in lines
    )


def _free_to_m(network: RoadNetwork, road: Road) -> float:
    """Return up to where along the road nobody stands because of a signal."""
    signalled = any(turn.group for turn in network.turns_from[road.id])
    return road.length_m - (QUEUE_M if signalled else 0.0)


def _kerb_strips(cut: Section, camera: PinholeCamera, until_m: float) -> list[Polygon]:
    along = cut.samples_m(STEP_M)
    along = along[along <= until_m]
    if not len(along):
        return []
    inner, outer = cut.lane_edge_m - INTO_LANE_M, cut.kerb_edge_m
    middle = cut.points_m(along, (cut.lane_edge_m + outer) / 2)
    keep = in_view(camera, middle) & (density_px_per_m(camera, middle) >= ZONE_PX_PER_M)
    return _bands(cut, along, runs(keep), inner, outer)


def _bands(
    cut: Section, along_m: Float64Array, stretches: list[tuple[int, int]], inner_m: float, outer_m: float
) -> list[Polygon]:
    return [
        Polygon(cut.band_m(along_m[a : b + 1], inner_m, outer_m)[:, :2])
        for a, b in stretches
        if along_m[b] - along_m[a] >= min(SHORTEST_M, cut.road.length_m)
    ]


def _carriageways(
    network: RoadNetwork, roads: tuple[Road, ...], camera: PinholeCamera
) -> tuple[Carriageway, ...]:
    found: list[Carriageway] = []
    for road in roads:
        cut = section(network, road)
        along = cut.samples_m(STEP_M)
        near = np.hypot(*(cut.points_m(along, 0.0)[:, :2] - camera.position_m[:2]).T) <= REACH_M
        edges = (-cut.lane_edge_m, 0.0, cut.kerb_edge_m)
        seen = np.any([in_view(camera, cut.points_m(along, offset)) for offset in edges], axis=0)
        headings = cut.headings_rad(along)
        for a, b in straight_runs(runs(near & seen), headings):
            for area in _bands(cut, along, [(a, b)], -cut.lane_edge_m, cut.kerb_edge_m):
                heading = float(headings[(a + b) // 2])
                found.append(Carriageway(road.id, area, heading, road.speed_limit_mps))
    return (*found, *_junction_areas(network, roads, camera))


def _junction_areas(
    network: RoadNetwork, roads: tuple[Road, ...], camera: PinholeCamera
) -> list[Carriageway]:
    areas: dict[str, Carriageway] = {}
    for road in roads:
        area = junction_area(network, road.end) if road.end not in areas else None
        if area is None or not in_view(camera, [road.point_at(road.length_m)])[0]:
            continue
        # nobody is told where on a junction one limit ends and the next begins: the higher one counts
        limit_mps = max(one.speed_limit_mps for one in network.roads if road.end in (one.start, one.end))
        areas[road.end] = Carriageway(road.end, area, road.heading_at(road.length_m), limit_mps)
    return list(areas.values())


def _stop_lines(
    network: RoadNetwork, road: Road, camera: PinholeCamera, ground: Ground, marks: Marks
) -> list[StopLine]:
    turns = network.turns_from[road.id]
    area = junction_area(network, road.end)
    signals = network.junction_of[road.end].control is Control.SIGNALS
    if not signals or area is None or not any(turn.group for turn in turns):
        return []
    cut = section(network, road)
    kerb = cut.points_m(road.length_m, cut.kerb_edge_m)[0]
    median = cut.points_m(road.length_m, -cut.lane_edge_m)[0]
    before_m = max(road.length_m - APPROACH_M, 0.0)
    approach = [cut.points_m(before_m, offset)[0] for offset in (cut.kerb_edge_m, -cut.lane_edge_m)]
    seen = in_view(camera, np.array([kerb, median, *approach])).all()
    if not seen or density_px_per_m(camera, np.array([kerb, median])).min() < LINE_PX_PER_M:
        return []
    slip = _free_left(turns)
    exit_area = _exit_area(network, slip) if slip else None
    sigma_m = float(marking_sigma_m(camera, ground, np.array([kerb, median])).max())
    line = gate(network, cut, road.length_m, camera, ground, marks)
    box_m = road.motorcycle_box_m
    left = slip is not None, exit_area
    return [StopLine(road.name or road.id, road.id, line, area, *left, box_m, round(sigma_m, 2))]


def _free_left(turns: tuple[Turn, ...]) -> Turn | None:
    return next((turn for turn in turns if turn.kind is TurnKind.LEFT and not turn.group), None)


def _exit_area(network: RoadNetwork, turn: Turn) -> Polygon:
    cut = section(network, network.road_of[turn.to_road])
    along = np.array([0.0, min(EXIT_M, cut.road.length_m)])
    return Polygon(cut.band_m(along, -cut.lane_edge_m, cut.kerb_edge_m)[:, :2])
