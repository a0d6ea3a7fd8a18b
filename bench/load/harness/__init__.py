"""The load harness: servers side by side, interleaved. `./scripts/bench` runs it.

Measuring (servers, scenarios, process, measure, summary) needs Python alone; pictures, reference
and score need NumPy and Pillow, plots needs Matplotlib.
"""
