"""The public pages: what anybody may see of an election."""
