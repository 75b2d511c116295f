"""An election that was held here as Pabulib files, one a count.

    exported = export_contest(source, "wijkbudget", manifest=manifest_hash)

Promise: what is read back from a file and counted by the rule that it names has the same winners in the same
order. Only a valid record is exported, and only once it is opened. Format: PROTOCOL.md section 12, and
https://pabulib.org/format.
"""

from tally.export.run import ExportError, export_contest
from tally.export.unit import Exported

__all__ = ["ExportError", "Exported", "export_contest"]
