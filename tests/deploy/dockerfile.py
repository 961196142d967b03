"""A Dockerfile as its steps: enough of the grammar to hold ours to its word."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction, its name in capitals; `stage` is the name after AS."""

    stage: str
    name: str
    text: str

    @property
    def words(self) -> list[str]:
        return shlex.split(self.text)

    @property
    def command(self) -> list[str]:
        """The JSON array of CMD, or of HEALTHCHECK … CMD."""
        found: list[str] = json.loads(self.text[self.text.index("[") :])
        return found


@dataclass(slots=True)
class Dockerfile:
    """All steps, the stages with what they are built from, and the arguments before the first of them."""

    steps: list[Step] = field(default_factory=list)
    bases: dict[str, str] = field(default_factory=dict)
    arguments: dict[str, str] = field(default_factory=dict)

    def of(self, stage: str, name: str = "") -> list[Step]:
        """The steps of a stage."""
        return [step for step in self.steps if step.stage == stage and name in ("", step.name)]

    def line(self, stage: str) -> list[str]:
        """A stage and the stages below it, itself first."""
        found = [stage]
        while self.bases[found[-1]] in self.bases:
            found.append(self.bases[found[-1]])
        return found

    def last(self, stage: str, name: str) -> Step:
        """The step that holds in an image of this stage."""
        return next(step for below in self.line(stage) for step in reversed(self.of(below, name)))

    def environment(self, stage: str) -> dict[str, str]:
        """What ENV leaves in an image of this stage."""
        found: dict[str, str] = {}
        for below in reversed(self.line(stage)):
            for step in self.of(below, "ENV"):
                found |= dict(word.split("=", 1) for word in step.words)
        return found


def read(path: Path) -> Dockerfile:
    """Parse a Dockerfile. Raises ValueError for an instruction that none of ours should need."""
    made = Dockerfile()
    stage = ""
    kept = "\n".join(line for line in path.read_text("utf-8").splitlines() if not line.lstrip().startswith("#"))
    for line in kept.replace("\\\n", " ").splitlines():
        if not line.strip():
            continue
        name, _, text = line.strip().partition(" ")
        if name == "ARG" and not stage:
            key, _, value = text.partition("=")
            made.arguments[key] = value
        elif name == "FROM":
            parts = re.fullmatch(r"(\S+) AS (\S+)", text.strip())
            if parts is None:
                raise ValueError(line)
            stage = parts[2]
            made.bases[stage] = re.sub(r"\$\{(\w+)\}", lambda found: made.arguments[found[1]], parts[1])
        elif name in {"RUN", "COPY", "ENV", "LABEL", "WORKDIR", "VOLUME", "USER", "EXPOSE", "HEALTHCHECK", "CMD"}:
            made.steps.append(Step(stage, name, " ".join(text.split())))
        else:
            raise ValueError(line)
    return made
