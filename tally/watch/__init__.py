"""Follow a live board: keep what it showed, and cry out when it breaks its word."""
