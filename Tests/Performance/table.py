"""Tables: medians, the lowest and the highest of the runs, and ratios."""
import statistics


class Series:
    """One figure, measured once per run."""

    def __init__(self, unit, digits=0):
        self.unit, self.digits, self.values = unit, digits, []

    def add(self, value):
        self.values.append(value)

    @property
    def median(self):
        return statistics.median(self.values)

    def __str__(self):
        if not self.values:
            return "not measured"
        one = lambda value: f"{value:,.{self.digits}f}"
        spread = f"  ({one(min(self.values))} – {one(max(self.values))})" if len(self.values) > 1 else ""
        return f"{one(self.median)} {self.unit}{spread}"


def percentile(ordered, share):
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def show(title, rows):
    """Rows of (what, figure, remark)."""
    print(f"\n{title}\n")
    widths = [max(len(str(row[column])) for row in rows) for column in range(3)]
    for row in rows:
        print("  " + "  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)).rstrip())
