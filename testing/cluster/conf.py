"""Hadoop's settings of a cluster, and the XML files that hold them.

Sources: hdfs-default.xml and core-default.xml of Hadoop 3.5.0.
"""

import xml.etree.ElementTree
from xml.sax.saxutils import escape

NAMESERVICE = "ha"

# What all daemons share. Intervals are the shortest that Hadoop takes, so that tests need not wait;
# a DataNode counts as stale after 3 s of silence and as dead after 12 s.
QUICK = {
    "hadoop.security.authentication": "simple",
    "ipc.client.connect.retry.interval": "100",
    "ipc.client.connect.max.retries": "600",
    "dfs.heartbeat.interval": "1",
    "dfs.namenode.heartbeat.recheck-interval": "1000",
    "dfs.namenode.stale.datanode.interval": "3000",
    "dfs.namenode.safemode.extension": "0",
    "dfs.namenode.redundancy.interval.seconds": "1s",
    # A copy that was under way when a replica went lost is asked for again after so long.
    "dfs.namenode.reconstruction.pending.timeout-sec": "5",
    "dfs.namenode.fs-limits.min-block-size": "0",
    "dfs.namenode.datanode.registration.ip-hostname-check": "false",
    # Else a node with one connection is too busy for a block as soon as all others have none.
    "dfs.namenode.redundancy.considerLoad": "false",
    "dfs.datanode.du.reserved": "0",
    # By default a volume with less than a GiB beyond the block takes none.
    "dfs.datanode.round-robin-volume-choosing-policy.additional-available-space": "0",
    "dfs.ha.tail-edits.period": "1s",
    "dfs.ha.tail-edits.in-progress": "true",
    "dfs.ha.fencing.methods": "shell(/bin/true)",
}


def write_site(path, settings):
    """Write a configuration file as Hadoop reads it."""
    lines = [f"  <property><name>{escape(key)}</name><value>{escape(str(value))}</value></property>"
             for key, value in sorted(settings.items())]
    path.write_text("\n".join(["<configuration>", *lines, "</configuration>", ""]))


def write_client_folder(folder, settings):
    """Write a folder for HADOOP_CONF_DIR: dfs.* in hdfs-site.xml, all else in core-site.xml."""
    folder.mkdir(exist_ok=True)
    dfs = {key: value for key, value in settings.items() if key.startswith("dfs.")}
    write_site(folder / "hdfs-site.xml", dfs)
    write_site(folder / "core-site.xml",
               {key: value for key, value in settings.items() if key not in dfs})


def write_changed_folder(folder, source, settings):
    """Write a folder for HADOOP_CONF_DIR like `source`, but with these settings."""
    held = {}
    for site in source.glob("*-site.xml"):
        for entry in xml.etree.ElementTree.parse(site).iter("property"):
            held[entry.findtext("name")] = entry.findtext("value")
    write_client_folder(folder, {**held, **settings})


def addresses(rpc, http):
    """The keys by which everybody finds the NameNodes.

    rpc, http: "host:port" by the NameNode's name. Two names make a nameservice with HA.
    """
    if len(rpc) == 1:
        (address,), (page,) = rpc.values(), http.values()
        return {"fs.defaultFS": f"hdfs://{address}", "dfs.namenode.rpc-address": address,
                "dfs.namenode.http-address": page}
    settings = {
        "fs.defaultFS": f"hdfs://{NAMESERVICE}",
        "dfs.nameservices": NAMESERVICE,
        f"dfs.ha.namenodes.{NAMESERVICE}": ",".join(rpc),
        f"dfs.client.failover.proxy.provider.{NAMESERVICE}":
            "org.apache.hadoop.hdfs.server.namenode.ha.ConfiguredFailoverProxyProvider",
    }
    for name in rpc:
        settings[f"dfs.namenode.rpc-address.{NAMESERVICE}.{name}"] = rpc[name]
        settings[f"dfs.namenode.http-address.{NAMESERVICE}.{name}"] = http[name]
    return settings
