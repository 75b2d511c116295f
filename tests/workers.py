"""How tests are shared out among the processes of a run."""

from xdist.scheduler import LoadScopeScheduling

TOGETHER = ("tests/journeys/", "tests/admin/test_demo.py")
"""Where tests share what takes long to make: one browser and one polling site, one whole election."""


class SharersTogether(LoadScopeScheduling):
    """Give tests that share something costly to one process, and every other test to whoever is free.

    Journeys come first, as they take longest. The other processes take the rest meanwhile, and are more than
    the cores left, as many tests wait for a clock.
    """

    def _split_scope(self, nodeid: str) -> str:
        return next((place for place in TOGETHER if nodeid.startswith(place)), nodeid)
