"""Recipes of weights: TOML to frozen types."""

from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import Field, model_validator

from detectors.detection.learning import Lessons, Stage, weights_file
from scenarios.toml_files import FileModel, Kind, name_of, read_model, read_text, resolve
from twin.environment.weather import Sky

Hour = Annotated[float, Field(ge=0, lt=24)]
Count = Annotated[int, Field(ge=1, le=100_000)]
Share = Annotated[float, Field(ge=0, le=1)]
Mix = tuple[Share, Share, Share, Share]
Side = Annotated[int, Field(ge=32, le=2048, multiple_of=32)]
TAUGHT, CLOSE, VISITORS = "train", "close", "visitors"


@dataclass(frozen=True, slots=True)
class Split:
    """The pictures of one split: `frames` of each camera for each seed.

    `mix` None leaves the shares of classes as the scenario has them; in so many of the seeds as
    `randomised` says, 0 to 1, everything varies. Each seed has `hours_each` of `hours` and, one after
    another, one of `weathers`. `visiting` vehicles have bodies that no other split shows. `narrow`, 0 to 1,
    is how many of the cameras look through a long lens, as for a plate.
    """

    name: str
    seeds: tuple[int, ...]
    frames: int
    hours: tuple[float, ...]
    hours_each: int
    weathers: tuple[Sky, ...]
    narrow: float = 0.0
    mix: Mix | None = None
    randomised: float = 0.0
    visiting: bool = False


@dataclass(frozen=True, slots=True)
class Recipe:
    """How weights are made; `text` is the file, which the card of the weights repeats.

    `splits` of one name make one set of pictures. `backdrops` are folders of photographs that stand behind
    vehicles in some of the pictures where everything varies.
    """

    name: str
    text: str
    scenario: str
    cameras: int
    every_s: float
    demand_scale: float
    backdrops: tuple[str, ...]
    splits: tuple[Split, ...]
    lessons: Lessons


class SplitFile(FileModel):
    """A table [train], [close], [val], [test] or [visitors]; what it leaves out is that of the recipe."""

    seeds: tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]]
    frames: Count
    mix: Mix | None = None
    randomised: Share = 0.0
    narrow: Share | None = None
    hours: Annotated[tuple[Hour, ...] | None, Field(min_length=1)] = None
    hours_each: Annotated[int | None, Field(ge=1, le=12)] = None
    weathers: Annotated[tuple[Sky, ...] | None, Field(min_length=1)] = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.seeds[0] > self.seeds[1]:
            msg = "seeds: expected the first and the last, got a first that is greater"
            raise ValueError(msg)
        if self.mix is not None and abs(sum(self.mix) - 1.0) > 1e-6:
            msg = f"mix: expected shares that add up to 1, got {sum(self.mix):g}"
            raise ValueError(msg)
        return self

    @property
    def numbers(self) -> tuple[int, ...]:
        """All its seeds."""
        return tuple(range(self.seeds[0], self.seeds[1] + 1))


class NetFile(FileModel):
    """The table [net]."""

    width: Annotated[float, Field(gt=0, le=2)]
    magnify: Annotated[float, Field(ge=1, le=4)]
    window: tuple[Side, Side]
    windows_each: Annotated[int, Field(ge=1, le=50)]


class StageFile(FileModel):
    """One stage of the learning."""

    epochs: Count
    rate: Annotated[float, Field(gt=0, le=1)]


class LearningFile(FileModel):
    """The table [learning]."""

    seed: Annotated[int, Field(ge=0)] = 1
    batch: Annotated[int, Field(ge=1, le=4096)] = 32
    start: str = ""
    keep: Share = 0.0
    stage: Annotated[tuple[StageFile, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _something_kept(self) -> Self:
        if self.keep and not self.start:
            msg = "keep: expected `start` beside it, the weights of which so much is kept"
            raise ValueError(msg)
        return self


class RecipeFile(FileModel):
    """A recipe as it is written."""

    scenario: str
    cameras: Annotated[int, Field(ge=1, le=500)]
    every_s: Annotated[float, Field(gt=0, le=600)]
    demand_scale: Annotated[float, Field(gt=0, le=10)] = 1.0
    hours: Annotated[tuple[Hour, ...], Field(min_length=1)]
    hours_each: Annotated[int, Field(ge=1, le=12)]
    weathers: Annotated[tuple[Sky, ...], Field(min_length=1)]
    narrow: Share = 0.0
    backdrops: tuple[str, ...] = ()
    train: SplitFile
    close: SplitFile | None = None
    val: SplitFile
    test: SplitFile
    visitors: SplitFile | None = None
    net: NetFile
    learning: LearningFile

    @model_validator(mode="after")
    def _apart(self) -> Self:
        taken: dict[int, str] = {}
        for name, split in self.splits.items():
            for seed in split.numbers:
                if seed in taken:
                    msg = f"{name}.seeds: seed {seed} is in {taken[seed]} as well: nothing may be tried on it"
                    raise ValueError(msg)
                taken[seed] = name
        return self

    @property
    def splits(self) -> dict[str, SplitFile]:
        """The splits that there are, by name."""
        named = {
            TAUGHT: self.train, CLOSE: self.close, "val": self.val, "test": self.test,
            VISITORS: self.visitors,
        }  # fmt: skip
        return {name: split for name, split in named.items() if split is not None}

    def split(self, name: str) -> Split:
        """Return a split with what it takes from the whole recipe."""
        one = self.splits[name]
        return Split(
            TAUGHT if name == CLOSE else name, one.numbers, one.frames, one.hours or self.hours,
            one.hours_each or self.hours_each, one.weathers or self.weathers,
            self.narrow if one.narrow is None else one.narrow, one.mix, one.randomised, name == VISITORS,
        )  # fmt: skip

    def recipe(self, name: str, text: str) -> Recipe:
        """Return it as a recipe."""
        net, learning = self.net, self.learning
        stages = tuple(Stage(one.epochs, one.rate) for one in learning.stage)
        lessons = Lessons(
            net.width, net.magnify, net.window, net.windows_each, learning.batch, learning.seed, stages,
            weights_file(learning.start) if learning.start else None, learning.keep,
        )  # fmt: skip
        return Recipe(
            name, text, self.scenario, self.cameras, self.every_s, self.demand_scale, self.backdrops,
            tuple(map(self.split, self.splits)), lessons,
        )  # fmt: skip


def load_recipe(name_or_path: str) -> Recipe:
    """Return a recipe by its name or the path of its file; raises InputError."""
    file = resolve(Kind.RECIPE, name_or_path)
    return read_model(file, RecipeFile).recipe(name_of(file), read_text(file))
