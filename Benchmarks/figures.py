"""What was measured, against what it has to be, and the table of it."""

import sys
from dataclasses import dataclass, field
from statistics import median


@dataclass
class Figure:
    """One row: a value, at times what it is compared with, and whether their ratio is what it has to be."""

    name: str
    unit: str = ""
    value: float | None = None
    baseline: float | None = None
    baseline_name: str = ""
    ratio_at_least: float | None = None
    ratio_at_most: float | None = None
    at_most: float | None = None
    note: str = ""
    not_measured: str = ""
    rounds: list = field(default_factory=list)

    @property
    def ratio(self):
        return self.value / self.baseline if self.value is not None and self.baseline else None

    @property
    def is_judged(self):
        return any(bound is not None for bound in (self.ratio_at_least, self.ratio_at_most, self.at_most))

    @property
    def passes(self):
        """Nothing when there is nothing to judge, or nothing to judge by."""
        if not self.is_judged or self.value is None:
            return None
        ratio = self.ratio
        if ratio is None and (self.ratio_at_least is not None or self.ratio_at_most is not None):
            return None
        return ((self.ratio_at_least is None or ratio >= self.ratio_at_least)
                and (self.ratio_at_most is None or ratio <= self.ratio_at_most)
                and (self.at_most is None or self.value <= self.at_most))

    @property
    def target(self):
        parts = [f"≥ {self.ratio_at_least:g}×"] if self.ratio_at_least is not None else []
        parts += [f"≤ {self.ratio_at_most:g}×"] if self.ratio_at_most is not None else []
        parts += [f"≤ {self.at_most:g} {self.unit}"] if self.at_most is not None else []
        return ", ".join(parts)

    def row(self):
        if self.value is None:
            return (self.name, self.target, f"not measured: {self.not_measured}", "", "", "")
        ratio, verdict = self.ratio, {True: "PASS", False: "short", None: ""}[self.passes]
        return (
            self.name, self.target, amount(self.value, self.unit),
            f"{self.baseline_name} {amount(self.baseline, self.unit)}" if self.baseline else self.baseline_name,
            "" if ratio is None else f"{ratio:.2f}×", verdict)

    def record(self):
        return {
            "name": self.name, "target": self.target, "unit": self.unit, "value": self.value,
            "baseline": self.baseline, "baseline_name": self.baseline_name, "ratio": self.ratio,
            "passes": self.passes, "note": self.note, "not_measured": self.not_measured or None,
            "rounds": self.rounds}


def amount(value, unit):
    digits = 0 if value >= 1000 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}"


def against(name, unit, values, baseline_name="", baselines=None, **rest):
    """A figure of the medians, or of why there are none; a baseline that is missing leaves the value standing."""
    if not values:
        return Figure(name, unit, baseline_name=baseline_name, **rest)
    return Figure(name, unit, median(values), median(baselines) if baselines else None,
                  baseline_name + (": not measured" if baseline_name and not baselines else ""), rounds=list(values),
                  **rest)


def show(figures):
    rows = [("figure", "target", "value", "baseline", "ratio", "")] + [one.row() for one in figures]
    short = [row for row in rows if not row[2].startswith("not measured")]
    widths = [max(len(row[column]) for row in (rows if column < 2 else short)) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    notes = [one for one in figures if one.note]
    for one in notes:
        print(f"  {one.name}: {one.note}")


def progress(text):
    print(f"queue: {text}", file=sys.stderr, flush=True)
