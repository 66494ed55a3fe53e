"""The same client with daemons of Hadoop 3.3.6."""

import random

import pytest

import support
from streams import Write, read
from testing.cluster.programs import call

BLOCK = 1 << 20


@pytest.fixture(scope="module")
def cluster(start_cluster):
    return start_cluster(hadoop="3.3.6", datanodes=4, conf={"dfs.blocksize": BLOCK})


def test_the_daemons_are_of_that_version(cluster):
    assert cluster.nodes["nn1"].jmx("NameNode,name=NameNodeInfo")["SoftwareVersion"] == "3.3.6"


def test_files_are_written_read_listed_renamed_and_removed(cluster):
    data = random.Random(336).randbytes(3 * BLOCK + 70_001)
    call(cluster, "mkdir", "/names")
    write = Write(cluster, "/names/f")
    write.append(data)
    write.finish()
    call(cluster, "rename", "/names/f", "/names/g")
    assert call(cluster, "list", "/names").split() == ["g"]
    assert call(cluster, "stat", "/names/g").split()[:2] == ["file", str(len(data))]
    assert read(cluster, "/names/g") == data
    call(cluster, "rm", "/names/g")
    assert call(cluster, "list", "/names") == ""


@pytest.mark.parametrize("fault", ["kill", "stop"])
def test_a_write_outlives_a_datanode(cluster, fault):
    data = random.Random(fault).randbytes(3 * BLOCK)
    write = Write(cluster, f"/{fault}")
    write.append(data[:BLOCK + 1000])
    getattr(cluster, fault)("dn2")
    write.append(data[BLOCK + 1000:])
    write.finish()
    cluster.mend()


def test_predictions_land_and_are_verified(cluster, new_client):
    client = new_client(cluster)
    output = client.url("/predictions")
    support.howdah(*client.job, "--input", client.input, "--output", output, env=client.env)
    support.howdah("verify", output, env=client.env)
    assert cluster.oracle.exists("/predictions/_SUCCESS")
