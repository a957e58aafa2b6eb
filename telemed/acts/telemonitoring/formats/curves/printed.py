"""How curves look on paper: the style that a drawing carries with it, where no style sheet is."""

from __future__ import annotations

PRINTED = """
text { font-family: 'Libertinus Serif'; }
.chart-text, .chart-number { fill: #46534f; font-size: 12px; }
.chart-title, .chart-last { fill: #14201e; font-size: 13px; font-weight: 600; }
.chart-ground { fill: #f5f7f6; }
.chart-grid, .chart-time { stroke: #dbe1df; stroke-width: 1; }
.chart-axis { stroke: #7a8684; stroke-width: 1; }
.chart-hatch { stroke: #7a8684; stroke-width: 2; }
.chart-band { fill: #fcf0da; }
.chart-limit { stroke: #704200; stroke-width: 1.5; stroke-dasharray: 6 4; }
.chart-limit-text { fill: #704200; }
.chart-alert-line { stroke: #98201a; stroke-width: 1.5; stroke-dasharray: 2 4; }
.chart-line { fill: none; stroke: #0b5a57; stroke-width: 2; stroke-linejoin: round; }
.chart-line-1 { stroke: #14201e; stroke-dasharray: 5 3; }
.chart-line-2 { stroke: #46534f; stroke-dasharray: 1 3; }
.chart-range { stroke-width: 4; stroke-dasharray: none; opacity: 0.35; }
.chart-dot { fill: #0b5a57; }
.chart-late { fill: #ffffff; stroke: #0b5a57; stroke-width: 1.5; }
.chart-beyond { fill: #704200; }
.chart-alert, .chart-event { fill: #ffffff; stroke: #7a8684; stroke-width: 1.5; }
.chart-alert-now { fill: #98201a; stroke: #98201a; }
.chart-alert-soon { fill: #fcf0da; stroke: #704200; }
.chart-number-now { fill: #ffffff; }
.chart-lasting { stroke: #7a8684; stroke-width: 4; }
.chart-lasting-now { stroke: #98201a; }
.chart-lasting-soon { stroke: #704200; }
.chart-dose { fill: #0b5a57; }
.chart-dose-1 { fill: #ffffff; stroke: #0b5a57; stroke-width: 1.5; }
.chart-answer { fill: #46534f; }
"""
