"""A real HDFS cluster on loopback: its life, and what can be done to its daemons."""

import os
import pathlib
import tempfile

from . import archive, conf, image, readiness
from .guardian import Guardian
from .layout import Layout, Options
from .node import Node, PortTaken, wait_until
from .oracle import Oracle

ROLES = {"n": "namenode", "d": "datanode", "j": "journalnode"}
KEEP = "HOWDAH_CLUSTER_KEEP"  # in the environment: leave the folder with logs when a cluster ends


class Cluster:
    """NameNodes, DataNodes and JournalNodes of Hadoop 3.5.0, each a process of its own.

        with Cluster(datanodes=4, conf={"dfs.blocksize": 1 << 20}) as cluster:
            run(..., env={**os.environ, "HADOOP_CONF_DIR": str(cluster.conf_dir)})
            cluster.kill("dn2")

    Takes what Options has. Calls that act on a daemon take its name: nn1, nn2, dn1, ..., jn1, ...
    With HA nn1 is active at first. Not thread-safe. However the process ends that holds a cluster,
    nothing of that remains.
    """

    def __init__(self, **options):
        self.options = Options(**options)
        self._guardian = None
        self.nodes = {}  # Node by name
        self._oracle = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.end()

    # ------------------------------------------------------------------------------- life

    def start(self):
        """Start all daemons and wait until the cluster serves. \\return self"""
        for attempt in range(3):
            try:
                self._start()
                return self
            except PortTaken:
                self.end()
                if attempt == 2:
                    raise
            except BaseException:
                self.end()
                raise

    def _start(self):
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
        for name in layout.journalnodes:
            self._start_node(name)
        self._wait_for(layout.journalnodes)
        images = [layout.image_folder(name) for name in layout.namenodes]
        if layout.journalnodes:
            image.format_journals(images, self.folder, layout.settings("nn1"))
        else:
            image.format_plain(images, layout.shared_edits)
        for name in layout.namenodes + layout.datanodes:
            self._start_node(name)
        if len(layout.namenodes) > 1:
            self.failover("nn1")
        self._wait_for(layout.namenodes + layout.datanodes)

    def _start_node(self, name):
        self.layout.data_folder(name).mkdir(parents=True, exist_ok=True)
        self.nodes[name] = Node(name, ROLES[name[0]], self.folder, self.layout.settings(name),
                                self.layout.http[name], self.options.jit, self._flags(name))
        self.nodes[name].start()

    def _flags(self, name):
        shared = archive.flags(Cluster) if self.options.shared_classes else ()
        return [*shared, *(flag.format(name=name) for flag in self.options.flags)]

    def end(self):
        """End all daemons and remove all files. May be called again."""
        if self._guardian is not None:
            self._guardian.end()
            for node in self.nodes.values():
                node.kill()  # only collects what has ended
        if self._oracle is not None:
            self._oracle.kill()
        self._guardian, self._oracle, self.nodes = None, None, {}

    @property
    def oracle(self):
        """Java's client for this cluster, started by the first who asks."""
        if self._oracle is None:
            self._oracle = self.new_oracle()
        return self._oracle

    def new_oracle(self):
        """One more Java client: another process, so another holder of leases."""
        site = self.folder / "clients.xml"
        conf.write_site(site, {**conf.QUICK, **self.layout.client_settings()})
        return Oracle(self.folder, site, self._flags("oracle"))

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

    def restart(self, name):
        """Kill a daemon if it runs, start it again with its ports and files, wait until it serves."""
        self.kill(name)
        self.nodes[name].start()
        self._wait_for([name])

    def failover(self, to):
        """Make the NameNode `to` the active one, and the other, if it can answer, standby."""
        for name in self.layout.namenodes:
            if name != to and self.nodes[name].can_answer():
                self._transition(name, "standby")
        self._transition(to, "active")

    def _transition(self, name, state):
        self._wait_for_page(name, lambda page: True)
        self.oracle.transition(self.layout.rpc[name], state)
        self._wait_for_page(name, lambda page: page["State"] == state)

    def _wait_for_page(self, name, holds):
        node = self.nodes[name]

        def look():
            page = node.jmx("NameNode,name=NameNodeStatus")
            return page is not None and page["State"] != "initializing" and holds(page)

        wait_until(look, f"{name} answers", check=node.check)

    def active(self):
        """The name of the NameNode that is active now; None: none is."""
        for name in self.layout.namenodes:
            node = self.nodes[name]
            page = node.jmx("NameNode,name=NameNodeStatus") if node.can_answer() else None
            if page is not None and page["State"] == "active":
                return name
        return None

    def safemode(self, action):
        """"enter" or "leave" the active NameNode's safe mode: it refuses all changes."""
        self.oracle.safemode(action)

    def add_datanode(self):
        """Start one DataNode more and wait until it serves. \\return its name"""
        name = self.layout.add_datanode()
        self._start_node(name)
        self._wait_for([name])
        return name

    def node_at(self, address):
        """The name of the daemon that clients know as "host:port"."""
        for name in self.layout.namenodes + self.layout.datanodes:
            if self.layout.client_address(name) == address:
                return name
        raise KeyError(f"no daemon at {address}")

    # -------------------------------------------------------------------------- readiness

    def _wait_for(self, names):
        nodes = [self.nodes[name] for name in names]

        def check():
            for node in nodes:
                node.check()

        wait_until(lambda: all(map(self._serves, nodes)), f"{nodes} ready", check=check)

    def _serves(self, node):
        """Whether a daemon does its work; a DataNode does it for each NameNode that can answer."""
        if node.role == "journalnode":
            return node.jmx("JournalNode,name=JournalNodeInfo") is not None
        if node.role == "namenode":
            page = node.jmx("NameNode,name=NameNodeInfo")
            return page is not None and not page["Safemode"]
        ports = {self.layout.registers_at(node.name, name).split(":")[1]
                 for name in self.layout.namenodes if self.nodes[name].can_answer()}
        return ports <= readiness.namenodes_served(node.jmx("DataNode,name=DataNodeInfo"))
