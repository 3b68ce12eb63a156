"""Figures: what a measurement came to, beside what was aimed at."""

import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

LIBRARIES: Final = ("airbyte-cdk", "msgspec", "orjson", "requests", "urllib3")


@dataclass(frozen=True)
class Figure:
    """One line of the table of results. `target` is a lower bound when `at_least`, else an upper one; None is none.

    `aim`: what the value should come to beyond its target; whether it does is stated, and is not a condition.
    """

    name: str
    value: float
    unit: str
    target: float | None = None
    at_least: bool = True
    aim: float | None = None

    @property
    def met(self) -> bool:
        """Whether the target is reached."""
        return self._reaches(self.target)

    def _reaches(self, bound: float | None) -> bool:
        if bound is None:
            return True
        return self.value >= bound if self.at_least else self.value <= bound

    @property
    def cells(self) -> tuple[str, str, str, str]:
        """Name, value, target, verdict."""
        bound = "" if self.target is None else f"{'≥' if self.at_least else '≤'} {number(self.target)} {self.unit}"
        verdict = "" if self.target is None else ("met" if self.met else "missed")
        if self.aim is not None:
            bound += f", aim {number(self.aim)} {self.unit}"
            verdict += "" if self._reaches(self.aim) else ", aim missed"
        return self.name, f"{number(self.value)} {self.unit}", bound, verdict


@dataclass(frozen=True)
class Cost:
    """What one program needed in one race: medians over its runs."""

    race: str
    program: str
    seconds: float
    records_per_second: float
    processor_us_per_record: float
    peak_mb: float

    @property
    def cells(self) -> tuple[str, ...]:
        """Race, program and its costs."""
        return (
            self.race,
            self.program,
            f"{self.seconds:.2f} s",
            f"{self.records_per_second:,.0f}",
            f"{self.processor_us_per_record:.1f} µs",
            f"{self.peak_mb:.0f} MB",
        )


def number(value: float) -> str:
    """Three significant digits, without an exponent."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def machine() -> dict[str, Any]:
    """Processor, cores, memory, system, Python and libraries."""
    return {
        "processor": _processor(),
        "cores": _cores(),
        "memory_gb": round(_memory_kb() / 1024**2),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        **{name: version(name) for name in LIBRARIES},
    }


def _cores() -> int:
    import os  # noqa: PLC0415 - only here

    return os.cpu_count() or 0


def _proc(name: str, key: str) -> str:
    file = Path("/proc") / name
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(key)), "")


def _processor() -> str:
    return _proc("cpuinfo", "model name") or platform.processor() or platform.machine()


def _memory_kb() -> int:
    return int((_proc("meminfo", "MemTotal") or "0 kB").split()[0])


HEADS: Final = {
    "figures": ("figure", "measured", "target", ""),
    "stages": ("stage of a page, in one thread", "processor per record"),
    "costs": ("race", "program", "median", "records/s", "processor per record", "peak memory"),
}


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table whose columns are aligned, so that it reads well in a terminal too."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = [head, ["-" * width for width in widths], *rows]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    )


def rendered(results: dict[str, Any]) -> str:
    """The results as Markdown: figures, costs, stages, machine."""
    figures = [Figure(**row).cells for row in results["figures"]]
    costs = [Cost(**row).cells for row in results["costs"]]
    described = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in results["machine"].items())
    return "\n\n".join(
        (
            table(HEADS["figures"], figures),
            table(HEADS["costs"], costs),
            table(HEADS["stages"], [(name, f"{spent:.2f} µs") for name, spent in results["stages"].items()]),
            f"{results['rounds']} interleaved runs of each program on {results['made']}. {described}.",
        )
    )


def as_json(figures: Sequence[Figure], costs: Sequence[Cost]) -> dict[str, Any]:
    """Figures and costs as they are stored."""
    return {"figures": [asdict(row) for row in figures], "costs": [asdict(row) for row in costs]}
