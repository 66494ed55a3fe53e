"""The fixtures are those of the end-to-end tests."""

from e2e.conftest import model, place, pytest_sessionstart, zoo_folder  # noqa: F401
