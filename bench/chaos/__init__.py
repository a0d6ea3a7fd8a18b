"""Reliability tests against a running server. `./scripts/chaos` runs them; see bench/README.md.

Standard library only; load comes from whittle_storm. How servers are found and started is
bench/load/harness'.
"""
