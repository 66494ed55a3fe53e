"""Whether daemons do their work: their /jmx pages say so."""

import json
import time

from .node import wait_until


def wait(nodes, all_nodes, layout):
    """Wait until each of `nodes` serves; a DataNode does for all NameNodes that can answer.

    PortTaken, RuntimeError: one has ended. TimeoutError.
    """
    def check():
        for node in nodes:
            node.check()

    def serves(node):
        if node.role == "journalnode":
            return node.jmx("JournalNode,name=JournalNodeInfo") is not None
        if node.role == "namenode":
            return is_in_safemode(node) is False
        namenodes = [name for name in layout.namenodes if all_nodes[name].can_answer()]
        ports = {layout.registers_at(node.name, name).rpartition(":")[2] for name in namenodes}
        return (ports <= namenodes_served(node.jmx("DataNode,name=DataNodeInfo")) and
                all(layout.client_address(node.name) in usable_datanodes(all_nodes[name])
                    for name in namenodes))

    wait_until(lambda: all(map(serves, nodes)), f"{nodes} ready", check=check)


def is_in_safemode(namenode):
    """None: the NameNode does not answer yet."""
    page = namenode.jmx("NameNode,name=NameNodeInfo")
    return None if page is None else page["Safemode"] != ""


def ha_state(namenode):
    """"active", "standby", "initializing"; None: the NameNode does not answer yet."""
    page = namenode.jmx("NameNode,name=NameNodeStatus")
    return None if page is None else page["State"]


def usable_datanodes(namenode):
    """host:port of the DataNodes that have told `namenode` of their storages.

    A NameNode that has started again knows a DataNode first without them, and gives it no block.
    """
    page = namenode.jmx("NameNode,name=NameNodeInfo")
    nodes = {} if page is None else json.loads(page["LiveNodes"])
    return {node["xferaddr"] for node in nodes.values() if node["capacity"] > 0}


def namenodes_served(page):
    """The ports of the NameNodes that have a DataNode's registration, heartbeat and block report.

    page: the DataNode's bean DataNodeInfo, or None.
    """
    if page is None or "BPServiceActorInfo" not in page:
        return set()  # it has only just started
    # Hadoop 3.3 does not say when it started.
    age = time.time() - page.get("DNStartedTimeInMillis", 0) / 1000
    return {actor["NamenodeAddress"].rpartition(":")[2]
            for actor in json.loads(page["BPServiceActorInfo"])
            # Before the first report the field counts from the start of the machine.
            if actor["ActorState"] == "RUNNING" and int(actor["LastBlockReport"]) <= age + 1}
