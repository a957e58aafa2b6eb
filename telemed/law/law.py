"""The whole of the law that we hold, loaded once at start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Self

from telemed.law.loader import PACKAGED, read_parameters
from telemed.law.parameter import LawOfDay, Parameter, UnknownParameter


@dataclass(frozen=True)
class Law:
    """Every parameter by name, such as `teleconsultation/tariffs/tcg`."""

    parameters: Mapping[str, Parameter]

    @classmethod
    def load(cls, root: Path = PACKAGED) -> Self:
        """Read and check every file under `root`. Raises LawError naming each fault found."""
        return cls(read_parameters(root))

    def on(self, day: date) -> LawOfDay:
        """The law of `day`, which is the day of the act and never today (R-56)."""
        return LawOfDay(day, self.parameters)

    def parameter(self, name: str) -> Parameter:
        """Raises UnknownParameter."""
        try:
            return self.parameters[name]
        except KeyError as error:
            raise UnknownParameter(name) from error

    def __iter__(self) -> Iterator[Parameter]:
        return iter(sorted(self.parameters.values(), key=lambda parameter: parameter.name))
