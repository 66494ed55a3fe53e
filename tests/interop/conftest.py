pytest_plugins = ["e2e_fixtures"]  # of tests/e2e
