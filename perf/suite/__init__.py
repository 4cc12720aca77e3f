"""What perf/bench.py measures with: servers, programs, load, cases, and what becomes of the figures."""
