"""A year of requests replayed in invented worlds, with one way of asking after the other.

`python -m benchmarks.dispatch_year --world mid --policy ours --seed 7 --json` prints one run. What is assumed and what
may be concluded: docs/matching.md.
"""
