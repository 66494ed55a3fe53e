"""The seed of what is tested by chance: HOWDAH_INTEROP_SEED repeats it, HOWDAH_INTEROP_CASES is the
number of cases of each kind."""

import pytest

import chance

pytest_plugins = ["e2e_fixtures"]  # of tests/e2e


def pytest_sessionstart(session):
    if not hasattr(session.config, "workerinput"):
        session.config.pluginmanager.get_plugin("terminalreporter").write_line(
            f"by chance: {chance.SETTINGS}")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.failed and getattr(item.module, "BY_CHANCE", False):
        report.sections.append(("the same again", f"{chance.SETTINGS} .venv/bin/python -m pytest "
                                                  f"'tests/interop/{item.nodeid}'"))
