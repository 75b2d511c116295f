"""The TypeScript's own tests, run by the Node that builds it."""

import re

from deploy import build_booth as booth


def test_the_typescript_passes_its_own_tests() -> None:
    """All tests of the TypeScript pass, and there are some in every file."""
    booth.build_booth()
    files = sorted(path.relative_to(booth.SOURCE) for path in booth.SOURCE.glob("src/**/*.test.ts"))
    assert files
    for file in files:
        printed = booth.run_node("--test", "--test-reporter=tap", str(file))
        counts = dict(re.findall(r"^# (pass|fail|skipped|todo) (\d+)$", printed, re.MULTILINE))
        assert int(counts["pass"]) > 0, file
        assert (counts["fail"], counts["skipped"], counts["todo"]) == ("0", "0", "0"), printed
