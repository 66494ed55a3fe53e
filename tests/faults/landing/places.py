"""Where jobs land: a local directory, or HDFS. What can be asked and done there, alike for both."""

import http.client
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import urllib.parse

import local_calls
import support
from calls import Operation
from testing.cluster.rpc_frames import Call
from views import Unavailable

NAME = "out"
ROOMY = "size=64m,nr_inodes=10000"  # of a local disk


class Place:
    """One dataset's place; `parent` is its directory and `url` what the command is told."""

    storage = None
    prefix = ()  # of commands
    env = {}

    def command(self, *arguments):
        return [*self.prefix, support.HOWDAH, *map(str, arguments)]

    def start(self, *arguments, gate=None):
        """Start the command; `gate` sees its calls."""
        raise NotImplementedError

    def new_lister(self):
        """A function for one thread. It takes a path and returns pairs of a name and whether it is a directory;
        None: there is no such directory."""
        raise NotImplementedError

    def copy(self, paths):
        """Local copies of files of the dataset."""
        raise NotImplementedError

    def identity(self):
        """All that is in the dataset, hidden names too, such that it differs if anything was touched."""
        raise NotImplementedError

    def mend(self):
        """Undo what was done to the place."""

    def end(self):
        """Leave nothing."""

    def _popen(self, starter, command, **options):
        return starter(command, env=support.environment(self.env), stdin=subprocess.DEVNULL,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", **options)


class Local(Place):
    """A new directory of the local disk, or a small disk of its own."""

    storage = "local"

    def __init__(self):
        self._folder = pathlib.Path(tempfile.mkdtemp(prefix="howdah-landing-"))
        self._folder.chmod(0o755)
        self.parent = str(self._folder / "table")
        os.mkdir(self.parent)
        self.url = f"{self.parent}/{NAME}"
        self._is_disk = False

    def start(self, *arguments, gate=None):
        if gate is None:
            return self._popen(subprocess.Popen, self.command(*arguments))
        return self._popen(lambda command, **options: local_calls.start(command, gate, **options),
                           self.command(*arguments))

    def new_lister(self):
        return self.names

    @staticmethod
    def names(path):
        try:
            with os.scandir(path) as entries:
                return [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
        except FileNotFoundError:
            return None

    def copy(self, paths):
        return [pathlib.Path(self.url) / path for path in paths]

    def identity(self):
        return support.tree(self.url)

    def drop_privileges(self):
        """From now on the command may do what its user may, also if that is root."""
        self.prefix = tuple(support.UNPRIVILEGED)

    def forbid(self):
        """Nothing can be made or moved in the parent."""
        os.chmod(self.parent, 0o555)

    def allow(self):
        os.chmod(self.parent, 0o755)

    def become_disk(self):
        """The parent is a disk of its own from now on. It is called before anything lands."""
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"mode=755,{ROOMY}", "tmpfs", self.parent], check=True)
        self._is_disk = True

    def limit(self, **more):
        """bytes, names: the disk takes only so much more than it holds now."""
        disk = os.statvfs(self.parent)
        limits = {}
        if "bytes" in more:
            limits["size"] = (disk.f_blocks - disk.f_bfree) * disk.f_frsize + more["bytes"]
        if "names" in more:
            limits["nr_inodes"] = disk.f_files - disk.f_ffree + more["names"]
        self._remount(",".join(f"{name}={value}" for name, value in limits.items()))

    def _remount(self, options):
        subprocess.run(["mount", "-o", f"remount,{options}", self.parent], check=True)

    def mend(self):
        self.allow()
        if self._is_disk:
            self._remount(ROOMY)

    def end(self):
        if self._is_disk:
            subprocess.run(["umount", "--lazy", self.parent], check=True)
        shutil.rmtree(self._folder)


# What of a NameNode's calls changes names or files.
METHODS = {"mkdirs": "mkdir", "create": "create", "addBlock": "addBlock", "complete": "complete",
           "rename2": "rename", "delete": "delete"}


class Switch:
    """What the proxies of all NameNodes ask about each call."""

    def __init__(self, cluster):
        self.gate, self._cluster = None, cluster
        self._asked = set()  # what a client asks for again until it is so: it counts once

    def listen(self):
        """Begin, or begin again after the proxies were mended."""
        for name in self._cluster.layout.namenodes:
            self._cluster.proxies[name].faults.watch(self._see)

    def _see(self, call):
        gate = self.gate
        if gate is None or not isinstance(call, Call) or call.method not in METHODS:
            return None
        operation = Operation(METHODS[call.method], call.paths)
        if call.retry_count > 0 or operation in self._asked:
            return None
        if call.method in ("addBlock", "complete"):
            self._asked.add(operation)
        if not gate.take(operation):
            return None
        return (0, None, gate.hold) if gate.after else (0, gate.hold, gate.answered.set)


class WebHdfs:
    """Lists directories at the NameNodes' pages. For one thread."""

    def __init__(self, addresses):
        self._addresses, self._connections = list(addresses), {}

    def names(self, path):
        """Pairs of a name and whether it is a directory; None: there is none. Unavailable."""
        for address in 2 * self._addresses:  # a connection that was kept may be to one that has been killed since
            try:
                status, body = self._get(address, path)
            except (OSError, http.client.HTTPException):
                self._connections.pop(address, None)
                status, body = None, b""
            if status == 200:
                entries = json.loads(body)["FileStatuses"]["FileStatus"]
                return [(entry["pathSuffix"], entry["type"] == "DIRECTORY") for entry in entries]
            if status == 404:
                return None
            self._addresses.append(self._addresses.pop(0))  # a standby, or one that is down
        raise Unavailable

    def _get(self, address, path):
        if address not in self._connections:
            self._connections[address] = http.client.HTTPConnection(address, timeout=20)
        connection = self._connections[address]
        connection.request("GET", f"/webhdfs/v1{urllib.parse.quote(path)}?op=LISTSTATUS&user.name=reader")
        answer = connection.getresponse()
        return answer.status, answer.read()


class Hdfs(Place):
    """A new directory of a cluster, which other places share."""

    storage = "hdfs"

    def __init__(self, bench, switch):
        self._bench, self.cluster, self.switch = bench, bench.cluster, switch
        self.parent = bench.new_folder()
        self.url = f"{self.cluster.url.rstrip('/')}{self.parent}/{NAME}"
        self._folder = pathlib.Path(tempfile.mkdtemp(prefix="howdah-landing-"))
        self.env = {"HADOOP_CONF_DIR": str(bench.conf_dir), "HOWDAH_CACHE": str(self._folder / "cache")}
        switch.listen()
        self.names = self.new_lister()
        self.is_harmed = False  # something was done to the cluster

    def start(self, *arguments, gate=None):
        if gate is not None:
            self.switch.gate = gate
        return self._popen(subprocess.Popen, self.command(*arguments))

    def new_lister(self):
        layout = self.cluster.layout
        return WebHdfs(layout.http[name] for name in layout.namenodes).names

    def copy(self, paths):
        copies = []
        for number, path in enumerate(paths):
            copies.append(self._folder / f"copy-{number}")
            self.cluster.oracle.cat(f"{self.parent}/{NAME}/{path}", target=str(copies[-1]))
        return copies

    def identity(self):
        def below(path):
            for entry in self.cluster.oracle.list(path):
                yield tuple(sorted((key, value) for key, value in entry.items() if key != "accessed_ms"))
                if entry["directory"]:
                    yield from below(entry["path"])
        path = f"{self.parent}/{NAME}"
        return sorted(below(path)) if self.cluster.oracle.exists(path) else None

    def drop_privileges(self):
        """From now on the command runs as a user whose the parent is."""
        self.cluster.oracle.chown(self.parent, owner="scorer")
        self.env["HADOOP_USER_NAME"] = "scorer"

    def forbid(self):
        self.cluster.oracle.chmod(self.parent, "0555")

    def allow(self):
        self.cluster.oracle.chmod(self.parent, "0755")

    def limit(self, **quota):
        """names, space (bytes of all replicas): a quota of what is there now and so much more."""
        summary = self.cluster.oracle.summary(self.parent)
        used = {"names": summary["files"] + summary["directories"], "space": summary["space"]}
        self.cluster.oracle.set_quota(self.parent, **{key: used[key] + more for key, more in quota.items()})

    def deliver(self, gate):
        """Let a call that a dead process made arrive, and wait until it was acted upon."""
        gate.open()
        assert gate.answered.wait(60), "the call never had an answer"

    def mend(self):
        if self.is_harmed:
            self._bench.mend()
            self.cluster.failover("nn1")
            self.switch.listen()
            self.is_harmed = False
        self.cluster.oracle.set_quota(self.parent, names=-1, space=-1)
        self.allow()

    def end(self):
        self.switch.gate = None
        self.mend()
        self.cluster.oracle.delete(self.parent)  # with the files that the dead left open
        shutil.rmtree(self._folder)
