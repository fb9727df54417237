"""Rollout files: phases by date as people write them, as the frozen types of the house."""

from datetime import date, time
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from scenarios.demand_files import Name, PlainDemandFile, Share
from scenarios.phases.rollout import Cameras, Ladder, PhaseSpec, Raid, Rollout, Stage
from scenarios.toml_files import ClockTime, FileModel, Kind, name_of, read_model, resolve
from twin.field.crews import Durations
from twin.people.attitudes import Attitudes

Crews = Annotated[int, Field(ge=0, le=100)]
Amount = Annotated[float, Field(ge=0, le=1e6)]
Positive = Annotated[float, Field(gt=0, le=1e6)]
USUAL, USUAL_CAMERAS, USUAL_DURATIONS = Attitudes(), Cameras(()), Durations()


class KerbDemandFile(PlainDemandFile):
    """The table [demand]: as of a scenario, and who stays in the vehicle by kind of stop."""

    present: tuple[Share, ...]

    @model_validator(mode="after")
    def _matched(self) -> Self:
        if len(self.present) != len(self.dwell):
            msg = f"expected one share in 'present' for each of {len(self.dwell)} kinds of stop"
            raise ValueError(msg)
        return self


class CamerasFile(FileModel):
    """The table [cameras]."""

    coverage: tuple[Share, ...]
    recall: Share = USUAL_CAMERAS.recall
    loudspeakers: Share = USUAL_CAMERAS.loudspeakers
    least_stand_s: Amount = USUAL_CAMERAS.least_stand_s
    delay_s: Amount = USUAL_CAMERAS.delay_s
    review_s: Amount = USUAL_CAMERAS.review_s


class LadderFile(FileModel):
    """The table [ladder]."""

    sticker_after_s: Amount
    tow_after_s: Amount
    towing_from: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.sticker_after_s > self.tow_after_s:
            msg = "expected sticker_after_s <= tow_after_s"
            raise ValueError(msg)
        return self


class PhaseFile(FileModel):
    """A table [[phase]]."""

    stage: Stage
    since: date
    officers: tuple[Crews, Crews] = (0, 0)
    sticker_crews: Crews = 0
    tow_trucks: Crews = 0
    publicity: Share = 0.0
    cameras: bool = False


class RaidFile(FileModel):
    """A table [[raid]]."""

    day: date
    zones: Annotated[tuple[Name, ...], Field(min_length=1)]
    officers: Crews
    start: Annotated[ClockTime, Field(alias="from")]
    end: Annotated[ClockTime, Field(alias="until")]


class DriversFile(FileModel):
    """The table [drivers]: what it leaves out is as in Attitudes."""

    prior_belief: Share = USUAL.prior_belief
    prior_weight: Positive = USUAL.prior_weight
    half_life_d: Positive = USUAL.half_life_d
    own_sanction: Amount = USUAL.own_sanction
    own_warning: Amount = USUAL.own_warning
    seen_enforcement: Amount = USUAL.seen_enforcement
    warning_seen: Share = USUAL.warning_seen
    most_seen: Amount = USUAL.most_seen
    officer_nearby: Amount = USUAL.officer_nearby
    known_camera: Amount = USUAL.known_camera
    hearsay: Amount = USUAL.hearsay
    publicity: Amount = USUAL.publicity
    unpunished: Amount = USUAL.unpunished
    hearsay_reach: Share = USUAL.hearsay_reach
    publicity_reach: Share = USUAL.publicity_reach
    other_days: Share = USUAL.other_days
    camera_half_life_d: Positive = USUAL.camera_half_life_d
    norm_weight: Amount = USUAL.norm_weight
    norm_start: Share = USUAL.norm_start
    norm_gain: Share = USUAL.norm_gain
    benefit_median: Positive = USUAL.benefit_median
    benefit_sigma_driver: Amount = USUAL.benefit_sigma_driver
    benefit_sigma_visit: Amount = USUAL.benefit_sigma_visit
    cost: Positive = USUAL.cost
    officer_certainty: Share = USUAL.officer_certainty
    officer_halving_m: Positive = USUAL.officer_halving_m
    sight_m: Amount = USUAL.sight_m
    side_street: Share = USUAL.side_street
    side_walk: Amount = USUAL.side_walk
    waiting_per_min: Amount = USUAL.waiting_per_min
    visits_per_day: Annotated[float, Field(ge=0.01, le=1)] = USUAL.visits_per_day
    elsewhere: Share = USUAL.elsewhere


class DurationsFile(FileModel):
    """The table [durations]: what it leaves out is as in Durations."""

    warn_s: Amount = USUAL_DURATIONS.warn_s
    sticker_s: Amount = USUAL_DURATIONS.sticker_s
    tow_s: Amount = USUAL_DURATIONS.tow_s
    post_s: Annotated[float, Field(ge=60, le=36000)] = USUAL_DURATIONS.post_s
    read_s: Annotated[float, Field(ge=1, le=3600)] = USUAL_DURATIONS.read_s
    heeded_s: Amount = USUAL_DURATIONS.heeded_s
    heeds: Share = USUAL_DURATIONS.heeds
    passing_s: Amount = USUAL_DURATIONS.passing_s
    shown_s: Amount = USUAL_DURATIONS.shown_s
    detour: Positive = USUAL_DURATIONS.detour
    slowdown: Positive = USUAL_DURATIONS.slowdown


class RolloutFile(FileModel):
    """A rollout as it stands in its file."""

    network: Name
    zones: Annotated[tuple[Name, ...], Field(min_length=1)]
    first_day: date
    lead_in_days: Annotated[int, Field(ge=0, le=1000)]
    start: Annotated[ClockTime, Field(alias="from")]
    end: Annotated[ClockTime, Field(alias="until")]
    demand: KerbDemandFile
    cameras: CamerasFile
    ladder: LadderFile
    phase: Annotated[tuple[PhaseFile, ...], Field(min_length=1)]
    raid: tuple[RaidFile, ...] = ()
    threshold: Share = 0.02
    drivers: DriversFile = DriversFile()
    durations: DurationsFile = DurationsFile()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        problem = next((said for wrong, said in self._problems() if wrong), None)
        if problem is not None:
            raise ValueError(problem)
        return self

    def _problems(self) -> tuple[tuple[bool, str], ...]:
        days = [phase.since for phase in self.phase]
        strange = sorted({zone for raid in self.raid for zone in raid.zones} - set(self.zones))
        return (
            (self.start >= self.end, "expected 'from' before 'until'"),
            (len(set(self.zones)) < len(self.zones), "expected each zone once"),
            (
                len(self.cameras.coverage) != len(self.zones),
                f"expected one share of coverage for each of {len(self.zones)} zones",
            ),
            (sorted(set(days)) != days, "expected the phases in the order of their days"),
            (any(raid.start >= raid.end for raid in self.raid), "expected each raid 'from' before 'until'"),
            (bool(strange), f"a raid names zone '{', '.join(strange)}' that the rollout does not have"),
        )

    def rollout(self, name: str) -> Rollout:
        """Return the rollout called `name`."""
        return Rollout(
            name=name,
            network=self.network,
            zones=self.zones,
            demand=self.demand.plain(),
            present=self.demand.present,
            hours_s=(_second(self.start), _second(self.end)),
            first_day=self.first_day,
            lead_in_days=self.lead_in_days,
            phases=tuple(PhaseSpec(**_fields(phase)) for phase in self.phase),
            raids=tuple(_raid(raid) for raid in self.raid),
            cameras=Cameras(**_fields(self.cameras)),
            ladder=Ladder(**_fields(self.ladder)),
            threshold=self.threshold,
            attitudes=Attitudes(**_fields(self.drivers)),
            durations=Durations(**_fields(self.durations)),
        )


def load_rollout(name_or_path: str) -> Rollout:
    """Return a rollout by its name or the path of its file; raises InputError."""
    file = resolve(Kind.ROLLOUT, name_or_path)
    return read_model(file, RolloutFile).rollout(name_of(file))


def _fields(table: FileModel) -> dict[str, Any]:
    return {name: getattr(table, name) for name in type(table).model_fields}


def _raid(raid: RaidFile) -> Raid:
    return Raid(raid.day, raid.zones, raid.officers, _second(raid.start), _second(raid.end))


def _second(at: time) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second
