"""Benchmarks: every claim of speed or memory that the project makes is measured here.

`python -m deploy.bench` measures on the machine it runs on, names that machine, and writes a table and its
figures to bench-results/. The parts are real (HTTP server, PostgreSQL, partner nodes), the voters made up.
"""
