"""The audit: repeat all that a record claims, check by check. Begin at run.py; the table is checks.py."""
