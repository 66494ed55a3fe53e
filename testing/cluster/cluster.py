"""A real HDFS cluster on loopback: its life, and what can be done to its daemons."""

import json
import os
import pathlib
import tempfile

from . import archive, conf, disk, image, java, readiness
from .guardian import Guardian
from .kdc import Kdc, java_flag
from .layout import Layout, Options
from .node import Node, PortTaken, wait_until
from .oracle import Oracle
from .proxy import Proxy

ROLES = {"n": "namenode", "d": "datanode", "j": "journalnode"}
ORACLE = "oracle"
KEEP = "HOWDAH_CLUSTER_KEEP"  # in the environment: leave the folder with logs when a cluster ends


class Cluster:
    """NameNodes, DataNodes and JournalNodes of Hadoop, each a process of its own.

        with Cluster(datanodes=4, conf={"dfs.blocksize": 1 << 20}) as cluster:
            run(..., env={**os.environ, "HADOOP_CONF_DIR": str(cluster.conf_dir)})
            cluster.kill("dn2")

    Takes what Options has. Calls that act on a daemon take its name: nn1, nn2, dn1, ..., jn1, ...
    With HA nn1 is active at first. Not thread-safe. However the process ends that holds a cluster,
    nothing of that remains.
    """

    def __init__(self, **options):
        self.options = Options(**options)
        self._guardian, self._kdc = None, None
        self.nodes = {}  # Node by name
        self.proxies = {}  # Proxy by name: see Layout.routes
        self._oracles = []  # the first is `oracle`

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.end()

    # ------------------------------------------------------------------------------- life

    def start(self):
        """Start all daemons and wait until the cluster serves. \\return self"""
        for attempt in range(3):
            try:
                self._begin()
                return self
            except PortTaken:
                self.end()
                if attempt == 2:
                    raise
            except BaseException:
                self.end()
                raise

    def _begin(self):
        if self.options.folder is None:
            self.folder = pathlib.Path(tempfile.mkdtemp(prefix="howdah-cluster-"))
        else:
            self.folder = pathlib.Path(self.options.folder).absolute()
            self.folder.mkdir(parents=True)
        self._guardian = Guardian(self.folder, os.environ.get(KEEP) == "1")
        (self.folder / "logs").mkdir()
        (self.folder / "data").mkdir()
        self.layout = Layout(self.options, self.folder)
        self.conf_dir = self.folder / "conf"
        conf.write_client_folder(self.conf_dir, self.layout.client_settings())
        self._start_nodes()

    def _start_nodes(self):
        layout = self.layout
        if layout.kdc:
            self._kdc = Kdc(self.folder, layout.kdc)
        for name in layout.journalnodes:
            self._start_node(name)
        self._wait_for(layout.journalnodes)
        images = [layout.image_folder(name) for name in layout.namenodes]
        if layout.journalnodes:
            image.format_journals(images, self.folder, layout.settings("nn1"), self.options.hadoop)
        else:
            image.format_plain(images, layout.shared_edits, self.options.hadoop)
        for name in layout.namenodes + layout.datanodes:
            self._start_node(name)
        if len(layout.namenodes) > 1:
            self.failover("nn1")
        self._wait_for(layout.namenodes + layout.datanodes)

    def _start_node(self, name):
        folder = self.layout.data_folder(name)
        folder.mkdir(parents=True, exist_ok=True)
        if name in self.layout.datanodes and self.options.disk_bytes is not None:
            disk.mount(folder, self.options.disk_bytes)
        for route, arguments in self.layout.routes(name).items():
            try:
                self.proxies[route] = Proxy(**arguments)
            except OSError as error:
                raise PortTaken(str(error)) from error
        self.nodes[name] = Node(name, ROLES[name[0]], self.folder, self.layout.settings(name),
                                self.layout.http[name], self.options.jit, self._flags(name),
                                self.options.hadoop)
        self.nodes[name].start()

    def _flags(self, name):
        own_jars = name == ORACLE or self.options.hadoop == java.HADOOP
        shared = archive.flags(Cluster) if self.options.shared_classes and own_jars else ()
        kerberos = [java_flag(self.folder)] if self.layout.kdc else []
        return [*shared, *kerberos, *(flag.format(name=name) for flag in self.options.flags)]

    def end(self):
        """End all daemons and remove all files. May be called again."""
        if self._guardian is not None:
            self._guardian.end()
            for node in self.nodes.values():
                node.kill()  # only collects what has ended
        if self._kdc is not None:
            self._kdc.kill()
        for proxy in self.proxies.values():
            proxy.end()
        for oracle in self._oracles:
            oracle.kill()
        self._guardian, self._kdc = None, None
        self._oracles, self.nodes, self.proxies = [], {}, {}

    @property
    def oracle(self):
        """Java's client for this cluster, started by the first who asks."""
        return self._oracles[0] if self._oracles else self.new_oracle()

    def new_oracle(self):
        """One more Java client: another process, so another holder of leases."""
        site = self.folder / "clients.xml"
        conf.write_site(site, {**conf.QUICK, **self.layout.client_settings()})
        self._oracles.append(Oracle(self.folder, site, self._flags(ORACLE)))
        return self._oracles[-1]

    @property
    def url(self):
        """The file system's URL, with a slash at the end."""
        return f"{self.layout.client_settings()['fs.defaultFS']}/"

    # ------------------------------------------------------------------ what may happen to daemons

    def kill(self, name):
        """End a daemon as a power cut would (SIGKILL)."""
        self.nodes[name].kill()

    def stop(self, name):
        """Freeze a daemon (SIGSTOP): its connections stay open and silent."""
        self.nodes[name].stop()

    def cont(self, name):
        """Let a frozen daemon go on."""
        self.nodes[name].cont()

    def shut_down_for_upgrade(self, name):
        """Have a DataNode tell its writers that it will be back soon, and wait for its end."""
        self.oracle.shut_down_for_upgrade(self.layout.ipc[name])
        node = self.nodes[name]
        wait_until(lambda: not node.is_running(), f"{name} ends")

    def restart(self, name, wait=True):
        """Kill a daemon if it runs, start it again with its ports and files.

        wait: until it serves, a NameNode with its DataNodes; with HA it serves as standby then.
        """
        self.kill(name)
        self.nodes[name].start()
        if wait:
            datanodes = [node for node in self.layout.datanodes if self.nodes[node].can_answer()]
            self._wait_for([name, *(datanodes if name in self.layout.namenodes else [])])
            self._reconnect([name])

    def mend(self):
        """Undo what was done to daemons, disks and proxies, and wait until all serve again.

        Two standby NameNodes are no longer two; safe mode is left.
        """
        for proxy in self.proxies.values():
            proxy.mend()
        dead = [name for name in self.nodes if not self.nodes[name].is_running()]
        for name in self.nodes:
            if name in dead:
                self.nodes[name].start()
            else:
                self.cont(name)
            if name in self.layout.datanodes and self.options.disk_bytes is not None:
                self.free_disk(name)
        if len(self.layout.namenodes) > 1 and self.active() is None:
            self.failover("nn1")
        for name in self.layout.namenodes:
            if name not in dead and readiness.is_in_safemode(self.nodes[name]):
                self.safemode("leave")
        self._wait_for(self.nodes)
        self._reconnect(dead)

    def failover(self, to):
        """Make the NameNode `to` the active one, and the other, if it can answer, standby."""
        for name in self.layout.namenodes:
            if name != to and self.nodes[name].can_answer():
                self.transition(name, "standby")
        self.transition(to, "active")

    def transition(self, name, state):
        """Make one NameNode "active" or "standby", and leave the other as it is."""
        node = self.nodes[name]
        wait_until(lambda: readiness.ha_state(node) in ("active", "standby"), f"{name} answers",
                   check=node.check)
        self.oracle.transition(self.layout.rpc[name], state)

    def active(self):
        """The name of the NameNode that is active now; None: none is."""
        for name in self.layout.namenodes:
            if self.nodes[name].can_answer() and readiness.ha_state(self.nodes[name]) == "active":
                return name
        return None

    def safemode(self, action):
        """"enter" or "leave" the active NameNode's safe mode: it refuses all changes."""
        self.oracle.safemode(action)

    def fill_disk(self, name):
        """Take all space that is left on a DataNode's disk; the cluster needs `disk_bytes`."""
        disk.fill(self._disk(name))

    def free_disk(self, name):
        """Give that space back."""
        disk.free(self._disk(name))

    def _disk(self, name):
        if self.options.disk_bytes is None:
            raise ValueError("the DataNodes have no disks of their own: start with disk_bytes")
        return self.layout.data_folder(name)

    def add_datanode(self):
        """Start one DataNode more and wait until it serves. \\return its name"""
        name = self.layout.add_datanode()
        self._start_node(name)
        self._wait_for([name])
        return name

    def live_datanodes(self):
        """The names of the DataNodes that the active NameNode takes for alive."""
        page = self.nodes[self.active()].jmx("NameNode,name=NameNodeInfo")
        return sorted(self.node_at(node["xferaddr"]) for node in json.loads(page["LiveNodes"]).values())

    def node_at(self, address):
        """The name of the daemon that clients know as "host:port"."""
        for name in self.layout.namenodes + self.layout.datanodes:
            if self.layout.client_address(name) == address:
                return name
        raise KeyError(f"no daemon at {address}")

    def _reconnect(self, restarted):
        if set(restarted) & set(self.layout.namenodes):
            for oracle in self._oracles:
                if oracle.is_running():
                    oracle.reconnect()

    def _wait_for(self, names):
        readiness.wait([self.nodes[name] for name in names], self.nodes, self.layout)
