"""Fixtures for pytest: `pytest_plugins = ["testing.cluster.fixtures"]` in a conftest.py."""

import itertools

import pytest

from .cluster import Cluster

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def _shared_cluster():
    with Cluster(datanodes=3) as cluster:
        yield cluster


@pytest.fixture
def hdfs(_shared_cluster):
    """A Cluster of one NameNode and three DataNodes, for all tests; what one does to it is undone."""
    yield _shared_cluster
    _shared_cluster.mend()


@pytest.fixture
def hdfs_folder(hdfs):
    """The path of a new folder in `hdfs`, gone afterwards."""
    path = f"/test-{next(_numbers)}"
    hdfs.oracle.mkdirs(path)
    yield path
    hdfs.mend()
    hdfs.oracle.delete(path)


@pytest.fixture(scope="module")
def start_cluster():
    """start_cluster(datanodes=4, ...): a Cluster as Options says, ended after the module's tests."""
    clusters = []

    def start(**options):
        clusters.append(Cluster(**options))
        return clusters[-1].start()

    yield start
    for cluster in clusters:
        cluster.end()
