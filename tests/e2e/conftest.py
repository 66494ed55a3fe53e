pytest_plugins = ["e2e_fixtures"]
