"""The ballot box: ballots are checked, stored twice and promised; none is ever opened here."""
