"""Real HDFS clusters on loopback for tests: see Cluster, and `python -m testing.cluster --help`."""

from .cluster import Cluster

__all__ = ["Cluster"]
