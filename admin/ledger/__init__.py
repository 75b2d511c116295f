"""Book what residents decided: grants, commitments, and an export that others can check."""
