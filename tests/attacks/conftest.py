"""The two judges."""

from collections.abc import Iterator

import pytest

from tests.attacks.scenes import Judge, python_judge
from tests.second import Second

LANGUAGES = ("python", "typescript")


@pytest.fixture(scope="session")
def second() -> Iterator[Second]:
    """The second implementation."""
    with Second() as process:
        yield process


@pytest.fixture
def judge(language: str, request: pytest.FixtureRequest) -> Judge:
    """The judge of a test that is parametrized by `language`."""
    if language == "python":
        return python_judge
    return request.getfixturevalue("second").call  # type: ignore[no-any-return]
