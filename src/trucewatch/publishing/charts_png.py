"""The ledger's charts as PNG, by matplotlib, which is an optional extra: the same figures and hatchings as the SVG.

The same findings give the same bytes with the same matplotlib: no date, no version goes into a file. This module must not count anything.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from trucewatch.model import TrucewatchError
from trucewatch.publishing.charts import ABOVE, BELOW, LETTERS, WORDS

if TYPE_CHECKING:
    from trucewatch.publishing.charts import Bars, Matrix

_HATCH = {"fulfils": "..", "fulfils in part": "oo", "breaches": "///", "obstructs": "---", "prevents verification": "+++"}
_INK, _DPI = "#1f2328", 120


def _figure(wide: float, tall: float) -> Any:
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - optional
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ImportError as error:
        raise TrucewatchError(
            "charts-missing", "PNG charts need matplotlib, which is not installed", next_step="pip install 'trucewatch[charts]'"
        ) from error
    figure = Figure(figsize=(wide, tall), dpi=_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def _bytes(figure: Any, title: str) -> bytes:
    out = BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None, "Description": title})
    return out.getvalue()


def bars_png(chart: Bars) -> bytes:
    """The chart of a term.

    Raises:
        TrucewatchError: ``charts-missing``.
    """
    figure = _figure(max(6.0, 0.18 * len(chart.columns) + 2), 3.4)
    axes = figure.add_subplot()
    most = 1
    for at, (_, parts) in enumerate(chart.columns):
        ends = {True: 0, False: 0}
        for kind, many, one in parts:
            above = kind in ABOVE
            for number, line in ((many, "-"), (one, ":")):
                if number:
                    sign = 1 if above else -1
                    bottom = sign * ends[above]
                    axes.bar(at, sign * number, 0.8, bottom, color="white", edgecolor=_INK, hatch=_HATCH[kind], linestyle=line)
                    ends[above] += number
        for above, end in ends.items():
            if end:
                axes.annotate(str(end), (at, end if above else -end), ha="center", va="bottom" if above else "top", fontsize=7)
        most = max(most, *ends.values())
    step = max(1, len(chart.columns) // 8)
    axes.set_xticks(range(0, len(chart.columns), step), [label[5:] for label, _ in chart.columns[::step]], fontsize=7)
    axes.set_ylim(-most - 1, most + 1)
    axes.set_yticks([])
    axes.axhline(0, color=_INK, linewidth=1)
    axes.set_ylabel("against  |  kept", fontsize=8)
    axes.set_title(f"{chart.title} (findings by {chart.unit}; dotted frame: one origin)", fontsize=9)
    _legend(figure)
    return _bytes(figure, chart.alt)


def _legend(figure: Any) -> None:
    from matplotlib.patches import Patch  # noqa: PLC0415 - optional

    keys = [Patch(facecolor="white", edgecolor=_INK, hatch=_HATCH[kind], label=WORDS[kind]) for kind in (*ABOVE, *BELOW)]
    figure.legend(handles=keys, loc="outside lower center", ncols=len(keys), fontsize=7, frameon=False)


def matrix_png(chart: Matrix) -> bytes:
    """The matrix of terms by parties.

    Raises:
        TrucewatchError: ``charts-missing``.
    """
    figure = _figure(3.4 + 1.3 * len(chart.parties), 0.9 + 0.26 * len(chart.rows))
    axes = figure.add_subplot()
    axes.set_axis_off()
    cells = [[_words(cell) for cell in row] for _, row in chart.rows]
    labels = [label for label, _ in chart.rows]
    table = axes.table(
        cells, rowLabels=labels, colLabels=[name[:24] for name in chart.parties], bbox=(0, 0, 1, 1), cellLoc="center"
    )
    table.auto_set_font_size(False)  # noqa: FBT003 - matplotlib's own
    table.set_fontsize(8)
    axes.set_title(
        "\n".join((chart.title, ", ".join(f"{LETTERS[kind]} {WORDS[kind]}" for kind in (*BELOW, *ABOVE)))), fontsize=8
    )
    return _bytes(figure, chart.alt)


def _words(cell: tuple[tuple[str, int], ...] | None) -> str:
    if cell is None:
        return "·"
    return " ".join(f"{LETTERS[kind]}{number}" for kind, number in cell) or "none told"
