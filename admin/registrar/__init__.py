"""The registrar's offline tool: codes, roll, letters, replacements. It never talks to a network."""
