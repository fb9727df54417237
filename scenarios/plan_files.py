"""Camera plans: the tables and inventories that people write, as the frozen types of the house."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Any

from scenarios.errors import InputError, unknown_name
from scenarios.inventory import read_inventory
from scenarios.plan_limits import check_ground, check_range
from scenarios.plan_tables import CameraFile, PlanFile
from scenarios.toml_files import Kind, line_of, name_of, read_model, read_text, resolve
from twin.cameras.carrying import carried
from twin.cameras.plans import CameraPlan, ViewSpec
from twin.cameras.survey import mount
from twin.network.model import NetworkError, RoadNetwork


@dataclass(frozen=True, slots=True)
class _Whole:
    """A plan with all that it extends, and where each camera and view stands in its files."""

    plan: PlanFile
    where: dict[str, str]


def load_plan(name_or_path: str) -> CameraPlan:
    """Return a camera plan by its name or the path of its file; raises InputError."""
    file = resolve(Kind.PLAN, name_or_path)
    found = _whole(file, ())
    whole = found.plan
    cameras = whole.camera
    views = tuple(view for camera in cameras for view in camera.views())
    views += tuple(view.spec() for view in whole.view)
    _refuse_twice(found, "camera", [*(c.name for c in cameras), *(v.name for v in whole.view)])
    _refuse_twice(found, "view", [view.name for view in views])
    network = _network(file, found, views)
    return CameraPlan(
        name_of(file),
        views,
        tuple(camera.camera(network) for camera in cameras),
        whole.network or "",
        uplink_bps=None if whole.uplink_mbps is None else round(whole.uplink_mbps * 1e6),
    )


def place_of_key(name_or_path: str, key: str) -> str:
    """Return the file of a plan and the line of a key at its top; raises InputError."""
    file = resolve(Kind.PLAN, name_or_path)
    line = line_of(read_text(file), (key,))
    return f"{file}, line {line}" if line else str(file)


def plan_on(plan: CameraPlan, network: RoadNetwork) -> CameraPlan:
    """Return the plan as it lies on `network`: of one drawn on another network the cameras that do.

    `left_out` of what comes back names the others. Raises InputError where none is left, or where
    the plan's own network cannot be had.
    """
    if plan.network in ("", network.name):
        return plan  # a plan without a network lies wherever its roads are
    home = _named_network(f"plan {plan.name}", plan.network)
    try:
        return carried(plan, home, network)
    except ValueError as error:
        raise InputError(str(error)) from error


def check_on_map(plan: CameraPlan, network: RoadNetwork) -> None:
    """Raise InputError where a camera of `plan` does not stand, or look, at a road of `network`."""
    for view in plan.views:
        _check_view(f"plan {plan.name}, view {view.name}", view, network)


def _check_view(where: str, view: ViewSpec, network: RoadNetwork) -> None:
    for key, name, along_m in (
        ("along_m", view.road, view.along_m),
        ("aim_along_m", view.aimed_road, view.aim_along_m),
    ):
        road = network.road_of.get(name)
        if road is None:
            error = unknown_name(name, network.road_of, what="road")
            msg = f"{where}: network {network.name}: {error}"
            raise InputError(msg)
        if not 0 <= along_m <= road.length_m:
            msg = (
                f"{where}: {key} = {along_m:g} is off the map: "
                f"road {road.id} of network {network.name} is {road.length_m:.1f} m long"
            )
            raise InputError(msg)
    try:
        check_ground(view, mount(network, view))
    except ValueError as error:
        msg = f"{where}: {error}"
        raise InputError(msg) from error


def _whole(file: Traversable, on_the_way: tuple[str, ...]) -> _Whole:
    """Return the plan with all that it extends and its inventory."""
    if str(file) in on_the_way:
        msg = f"{file}: extends itself, by way of {' -> '.join((*on_the_way, str(file)))}"
        raise InputError(msg)
    plan = read_model(file, PlanFile)
    listed = read_inventory(file, plan.inventory, CameraFile) if plan.inventory else ()
    base = None if plan.extends is None else _whole(_base_file(file, plan.extends), (*on_the_way, str(file)))
    where = {} if base is None else dict(base.where)
    for one in listed:
        _stand(where, one.camera, one.where, one.views_where)
    _stand_all(where, file, plan)
    plan = plan.model_copy(update={"camera": (*(one.camera for one in listed), *plan.camera)})
    return _Whole(plan if base is None else _joined(file, base.plan, plan), where)


def _stand(where: dict[str, str], camera: CameraFile, at: str, views_at: Sequence[str]) -> None:
    where[f"camera {camera.name}"] = at
    for view, view_at in zip(camera.view, views_at, strict=True):
        where[f"view {camera.view_name(view)}"] = view_at


def _stand_all(where: dict[str, str], file: Traversable, plan: PlanFile) -> None:
    """Note the lines of the tables of a file."""
    text = read_text(file)

    def at(*loc: int | str) -> str:
        line = line_of(text, loc)
        return f"{file}, line {line}" if line else str(file)

    for row, camera in enumerate(plan.camera):
        views_at = [at("camera", row, "view", number, "name") for number in range(len(camera.view))]
        _stand(where, camera, at("camera", row, "name"), views_at)
    for row, view in enumerate(plan.view):
        where[f"camera {view.name}"] = where[f"view {view.name}"] = at("view", row, "name")


def _joined(file: Traversable, base: PlanFile, plan: PlanFile) -> PlanFile:
    """Return `base` with what `plan` adds to it."""
    if base.network and plan.network and base.network != plan.network:
        msg = (
            f"{file}: network '{plan.network}', but '{plan.extends}', which it extends, has '{base.network}'"
        )
        raise InputError(msg)
    both: dict[str, Any] = {
        "camera": base.camera + plan.camera,
        "view": base.view + plan.view,
        "network": plan.network or base.network,
        "uplink_mbps": plan.uplink_mbps or base.uplink_mbps,
    }
    return plan.model_copy(update=both)


def _base_file(file: Traversable, extends: str) -> Traversable:
    try:
        return resolve(Kind.PLAN, extends)
    except InputError as error:
        msg = f"{file}: extends: {error}"
        raise InputError(msg) from None


def _network(file: Traversable, whole: _Whole, views: tuple[ViewSpec, ...]) -> RoadNetwork | None:
    """Return the network that a plan says it is drawn on, all of it checked to lie there."""
    plan = whole.plan
    needs = next((camera for camera in plan.camera if camera.tours or camera.range), None)
    if plan.network is None:
        if needs:
            msg = (
                f"{file}: camera '{needs.name}' {'goes on a tour' if needs.tours else 'has a range'}: "
                "key 'network' is missing, where does it look?"
            )
            raise InputError(msg)
        return None
    network = _named_network(str(file), plan.network)
    for view in views:
        _check_view(f"{whole.where[f'view {view.name}']}: view {view.name}", view, network)
    for camera in plan.camera:
        _check_range(whole.where, camera, network)
    return network


def _check_range(where: dict[str, str], camera: CameraFile, network: RoadNetwork) -> None:
    for view, preset in zip(camera.views(), camera.view, strict=True):
        try:
            check_range(camera, preset, view, network)
        except ValueError as error:
            msg = f"{where[f'view {view.name}']}: view {view.name}: {error}"
            raise InputError(msg) from error


def _named_network(where: str, name: str) -> RoadNetwork:
    from twin.network import library  # noqa: PLC0415 - networkx, osmium: only for plans that name a network

    try:
        return library.resolve(name)
    except (NetworkError, OSError) as error:
        msg = f"{where}: {error}"
        raise InputError(msg) from error


def _refuse_twice(whole: _Whole, what: str, names: list[str]) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        msg = f"{whole.where[f'{what} {twice}']}: two {what}s are called '{twice}': names are given once"
        raise InputError(msg)
