"""The fixtures that these tests share with all others that need a cluster."""

pytest_plugins = ["testing.cluster.fixtures"]
