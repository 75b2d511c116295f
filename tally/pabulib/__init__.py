"""Read and write participatory budgeting elections in the Pabulib format (.pb), strictly and exactly.

Text in, records out, and back; who has a file opens it. Format: https://pabulib.org/format and Faliszewski
et al., Participatory Budgeting: Data, Tools, and Analysis, IJCAI 2023, https://arxiv.org/abs/2305.11035.
"""

from tally.pabulib.own import find_rule, ties_of
from tally.pabulib.reading import parse_pabulib
from tally.pabulib.records import (
    POINTS_TYPES,
    PabulibElection,
    PabulibError,
    PabulibProject,
    PabulibVote,
    UnwritableError,
    VoteType,
)
from tally.pabulib.weights import default_score, profile_of
from tally.pabulib.writing import format_money, format_pabulib

__all__ = [
    "POINTS_TYPES",
    "PabulibElection",
    "PabulibError",
    "PabulibProject",
    "PabulibVote",
    "UnwritableError",
    "VoteType",
    "default_score",
    "find_rule",
    "format_money",
    "format_pabulib",
    "parse_pabulib",
    "profile_of",
    "ties_of",
]
