"""How officials run an election: set it up, sign what they have checked, lead it through its phases."""
