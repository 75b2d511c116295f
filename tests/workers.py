"""How tests are shared out among the processes of a run."""

from xdist.scheduler import LoadScopeScheduling


class JourneysTogether(LoadScopeScheduling):
    """Give all journeys to one process, and every other test to whoever is free.

    Journeys come first, as they take longest, and share one browser and one polling site. The other processes
    take the rest meanwhile, and are more than the cores left, as many tests wait for a clock.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "journeys" if "/journeys/" in file else nodeid
