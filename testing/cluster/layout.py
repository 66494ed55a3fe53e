"""What a cluster consists of: the daemons' names, addresses, folders and settings."""

import dataclasses
import pathlib

from . import conf, java, kdc
from .ports import Ports

HOST = "127.0.0.1"
PROXY_HOST = "127.0.0.2"  # where clients find a DataNode that has a proxy


@dataclasses.dataclass
class Options:
    """What a cluster is asked to be.

    namenodes: 1, or 2 for HA. journalnodes: how many keep the edits of HA; 0: the NameNodes share a
      folder. Nodes are named nn1, nn2, dn1, dn2, ..., jn1, ...
    conf: settings for all daemons and for clients. node_conf: more for one daemon, by its name.
    folder: where all is kept; it must not exist yet. Without it a new one is made where temporary
      files go.
    jit: "quick", or "best" for benchmarks.
    disk_bytes: the size of each DataNode's disk, a RAM disk of its own, which needs root.
    kerberos: the NameNodes ask for Kerberos. There is a KDC, and nobody but they has a key: neither
      DataNodes nor the oracle take part.
    proxied: the names of NameNodes and DataNodes that clients reach through a proxy.
    shared_classes: whether JVMs start from the machine's archive of classes.
    flags: more flags for each JVM; "{name}" in them is the daemon's name.
    hadoop: the version of the daemons, one of those that tools/setup knows; the oracle keeps its own.
    """

    namenodes: int = 1
    datanodes: int = 3
    journalnodes: int = 0
    conf: dict = dataclasses.field(default_factory=dict)
    node_conf: dict = dataclasses.field(default_factory=dict)
    folder: pathlib.Path = None
    jit: str = "quick"
    disk_bytes: int = None
    kerberos: bool = False
    proxied: tuple = ()
    shared_classes: bool = True
    flags: tuple = ()
    hadoop: str = java.HADOOP


class Layout:
    """The plan of one cluster in one folder, with ports that were free a moment ago."""

    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self._ports = Ports()
        self.namenodes = [f"nn{i + 1}" for i in range(options.namenodes)]
        self.journalnodes = [f"jn{i + 1}" for i in range(options.journalnodes)]
        self.datanodes = []
        self.rpc = {name: self._address() for name in self.namenodes + self.journalnodes}
        self.http = {name: self._address() for name in self.namenodes + self.journalnodes}
        # Where clients find it, when that is not where it listens.
        self.public = {name: self._address() for name in self.namenodes if name in options.proxied}
        self.kdc = self._address() if options.kerberos else None
        self.transfer, self.ipc, self.forwarded = {}, {}, {}
        for _ in range(options.datanodes):
            self.add_datanode()

    def _address(self):
        return f"{HOST}:{self._ports.take()}"

    def add_datanode(self):
        """Plan one DataNode more. \\return its name"""
        name = f"dn{len(self.datanodes) + 1}"
        self.datanodes.append(name)
        self.http[name], self.ipc[name] = self._address(), self._address()
        self.transfer[name] = self._address()
        if name in self.options.proxied:
            # A NameNode takes a DataNode's address from the connection by which it registers. So
            # that goes through a forwarder that calls from the proxy's address.
            self.forwarded[name] = {namenode: self._address() for namenode in self.namenodes}
            self.public[name] = f"{PROXY_HOST}:{self.transfer[name].split(':')[1]}"
            self.ipc[name] = f"{PROXY_HOST}:{self.ipc[name].split(':')[1]}"
        return name

    def data_folder(self, name):
        """The disk of a DataNode or JournalNode."""
        return self.folder / "data" / name

    def image_folder(self, name):
        """Where a NameNode keeps its image and, without HA, its edits."""
        return self.folder / "data" / name / "image"

    @property
    def shared_edits(self):
        """The folder that NameNodes with HA share; None when there is none."""
        shared = self.options.namenodes > 1 and not self.journalnodes
        return self.folder / "data" / "shared" if shared else None

    def routes(self, name):
        """The proxies of a daemon: by name, the arguments of Proxy.

        "nn1": clients to that NameNode; "dn1": clients and other DataNodes to that one's data;
        "dn1>nn1": that DataNode's reports to that NameNode.
        """
        if name not in self.public:
            return {}
        if name in self.rpc:
            return {name: {"listen": self.public[name], "target": self.rpc[name], "is_rpc": True}}
        routes = {name: {"listen": self.public[name], "target": self.transfer[name]}}
        for namenode, listen in self.forwarded[name].items():
            routes[f"{name}>{namenode}"] = {"listen": listen, "target": self.rpc[namenode],
                                            "source": PROXY_HOST, "is_rpc": True, "patient": True}
        return routes

    def client_address(self, name):
        """host:port where clients find a NameNode's RPC or a DataNode's data transfer."""
        return self.public.get(name) or self.rpc.get(name) or self.transfer[name]

    def registers_at(self, datanode, namenode):
        """host:port where a DataNode calls a NameNode."""
        return self.forwarded.get(datanode, self.rpc)[namenode]

    def client_settings(self):
        """What clients of the cluster are told."""
        replication = {"dfs.replication": max(1, min(3, self.options.datanodes))}
        security = {"hadoop.security.authentication": "kerberos"} if self.kdc else {}
        rpc = {name: self.client_address(name) for name in self.namenodes}
        http = {name: self.http[name] for name in self.namenodes}
        return {**replication, **security, **conf.addresses(rpc, http), **self.options.conf}

    def settings(self, name):
        """What the daemon `name` is told."""
        own = {"n": self._namenode, "d": self._datanode, "j": self._journalnode}[name[0]](name)
        return {**conf.QUICK, "hadoop.tmp.dir": self.folder / "tmp" / name, **self.client_settings(),
                **own, **self.options.node_conf.get(name, {})}

    def _servers(self, rpc):
        return conf.addresses(rpc, {name: self.http[name] for name in self.namenodes})

    def _namenode(self, name):
        settings = {**self._servers({other: self.rpc[other] for other in self.namenodes}),
                    "dfs.namenode.name.dir": f"file://{self.image_folder(name)}"}
        if self.kdc:
            settings |= kdc.namenode_settings(self.folder)
        if len(self.namenodes) > 1:
            journals = ";".join(self.rpc[journal] for journal in self.journalnodes)
            settings["dfs.ha.namenode.id"] = name  # all are on one host: it cannot find out itself
            settings["dfs.namenode.shared.edits.dir"] = (
                f"qjournal://{journals}/{conf.NAMESERVICE}" if journals
                else f"file://{self.shared_edits}")
        return settings

    def _datanode(self, name):
        return {**self._servers({other: self.registers_at(name, other) for other in self.namenodes}),
                "dfs.datanode.hostname": HOST,
                "dfs.datanode.address": self.transfer[name],
                "dfs.datanode.ipc.address": self.ipc[name],
                "dfs.datanode.http.address": self.http[name],
                "dfs.datanode.data.dir": f"file://{self.data_folder(name)}/blocks"}

    def _journalnode(self, name):
        return {"dfs.journalnode.rpc-address": self.rpc[name],
                "dfs.journalnode.http-address": self.http[name],
                "dfs.journalnode.edits.dir": self.data_folder(name)}
