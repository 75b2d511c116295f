"""What runs the project: checks, benchmarks, and how it is installed."""
