"""What the operator may measure: counts, times and queue lengths. Nothing in it tells who or what.

With several worker processes, each keeps its own figures and `/metrics` adds them up, if the folder for
that is named in PROMETHEUS_MULTIPROC_DIR (serve.py does so).
"""

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess

REGISTRY = CollectorRegistry()
CASTS = Counter(
    "wijkaandeel_casts", "Ballots sent, by what they were answered with", ["answer"], registry=REGISTRY
)
CAST_SECONDS = Histogram(
    "wijkaandeel_cast_seconds",
    "From the arrival of a ballot to its promise",
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
    registry=REGISTRY,
)
INSIDE = Gauge("wijkaandeel_casts_inside", "Casts under way", registry=REGISTRY, multiprocess_mode="livesum")
REQUESTS = Counter(
    "wijkaandeel_share_requests",
    "Requests for a share, by what they were answered with",
    ["answer"],
    registry=REGISTRY,
)


def render() -> bytes:
    """Return all figures in Prometheus' text format."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
