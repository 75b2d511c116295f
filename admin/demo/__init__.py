"""A whole election in a few minutes, on real code: `wijkaandeel demo`."""
