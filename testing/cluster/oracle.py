"""Hadoop's Java client as a witness: one JVM that answers many questions. See Oracle.java."""

import base64
import concurrent.futures
import hashlib
import io
import itertools
import json
import pathlib
import subprocess
import tempfile
import threading
import zipfile

from . import guardian, java


class OracleError(Exception):
    """What Java's client threw. kind: its class; message: its text."""

    def __init__(self, kind, message):
        super().__init__(f"{kind}: {message}")
        self.kind, self.message = kind, message


def compiled():
    """The jar of Oracle.java, compiled once for each of its versions."""
    source = pathlib.Path(__file__).with_name("Oracle.java")
    jar = java.HOME / f"oracle-{hashlib.sha256(source.read_bytes()).hexdigest()[:12]}.jar"
    if not jar.exists():
        with tempfile.TemporaryDirectory() as classes:
            subprocess.run([java.jdk() / "bin" / "javac", "-proc:none", "-d", classes, "-cp",
                            ":".join(map(str, java.classpath())), source], check=True)
            content = io.BytesIO()
            with zipfile.ZipFile(content, "w") as made:
                for file in pathlib.Path(classes).iterdir():
                    made.write(file, file.name)
        java.put_in_place(jar, content.getvalue())
    return jar


class Oracle:
    """A running Oracle.java. Thread-safe: calls of several threads run side by side.

    Methods raise OracleError. Each takes `user`, as whom to act; without it that is who started it.
    `begin` does any of them in the background. When it is killed its open files keep their leases.
    """

    def __init__(self, folder, site, flags=()):
        """folder: of the cluster; site: the configuration file of its clients; flags: for the JVM."""
        self._folder = folder
        with open(folder / "logs" / "oracle.log", "ab") as log:
            self._process = subprocess.Popen(
                java.command("oracle", site, flags=flags, jars=[compiled()]), stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True, cwd=folder,
                env=java.environment(**{guardian.MARK: str(folder)}))
        self._ids = itertools.count()
        self._waiting, self._lock = {}, threading.Lock()
        threading.Thread(target=self._read_answers, daemon=True).start()

    def _read_answers(self):
        for line in self._process.stdout:
            answer = json.loads(line)
            with self._lock:
                future = self._waiting.pop(answer["id"])
            if "error" in answer:
                future.set_exception(OracleError(answer["error"], answer["message"]))
            else:
                future.set_result(answer["result"])
        with self._lock:
            left, self._waiting = self._waiting, None
        for future in left.values():
            future.set_exception(OracleError("EOFException", "the oracle has ended"))

    def begin(self, operation, **arguments):
        """Start an operation by the name and the arguments of its method. \\return a Future"""
        future = concurrent.futures.Future()
        with self._lock:
            if self._waiting is None:
                raise OracleError("EOFException", "the oracle has ended")
            number = next(self._ids)
            self._waiting[number] = future
            self._process.stdin.write(json.dumps({"id": number, "op": operation, **arguments}) + "\n")
            self._process.stdin.flush()
        return future

    def call(self, operation, timeout=120, **arguments):
        """Do an operation by the name and the arguments of its method. \\return what that returns"""
        return self.begin(operation, **arguments).result(timeout)

    @property
    def pid(self):
        return self._process.pid

    def is_running(self):
        return self._process.poll() is None

    def kill(self):
        """End the JVM as a power cut would: the leases of its open files stay."""
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()

    # ------------------------------------------------------------------------ contents of files

    def put(self, path, data=None, **options):
        """Make a file of `data`, or of the local file `source`. \\return its length

        options: overwrite=False, replication, block_size, bytes_per_checksum.
        """
        if data is None:
            return self.call("put", path=path, **options)
        with tempfile.NamedTemporaryFile(dir=self._folder) as file:
            file.write(data)
            file.flush()
            return self.call("put", path=path, source=file.name, **options)

    def cat(self, path, **options):
        """Read a file, checking its checksums. \\return {"length", "sha256"}

        options: target: a local file for what was read.
        """
        return self.call("cat", path=path, **options)

    def read(self, path):
        """Read a file and drop what was read: for benchmarks. \\return its length"""
        return self.call("read", path=path)

    def checksum(self, path):
        """\\return {"composite", "md5"}, each {"algorithm", "bytes": hexadecimal}"""
        return self.call("checksum", path=path)

    def health(self, path="/"):
        """What the NameNode knows about the blocks of a file, or of all files below a directory.

        \\return for each file {"path", "length", "under_construction", "replication", "blocks": [{"id",
        "generation", "length", "corrupt", "locations": ["host:port"]}]}
        """
        return self.call("health", path=path)

    # ------------------------------------------------------------------------------------ names

    def rename(self, path, to, overwrite=False, **options):
        """rename2: one atomic step; without `overwrite` it fails when `to` exists."""
        return self.call("rename", path=path, to=to, overwrite=overwrite, **options)

    def delete(self, path, **options):
        """Delete a file, or a directory with all in it. \\return whether it was there"""
        return self.call("delete", path=path, **options)

    def exists(self, path, **options):
        return self.call("exists", path=path, **options)

    def mkdirs(self, path, **options):
        return self.call("mkdirs", path=path, **options)

    def stat(self, path, **options):
        """\\return {"path", "directory", "length", "replication", "block_size", "modified_ms",
        "accessed_ms", "mode": "0644", "owner", "group", "file_id"}"""
        return self.call("stat", path=path, **options)

    def list(self, path, **options):
        """\\return what `stat` returns, for each entry of a directory"""
        return self.call("list", path=path, **options)

    def summary(self, path):
        """\\return {"files", "directories", "bytes", "space", "quota_names", "quota_space"}"""
        return self.call("summary", path=path)

    def chmod(self, path, mode):
        """mode: octal digits."""
        return self.call("chmod", path=path, mode=mode)

    def chown(self, path, owner=None, group=None):
        return self.call("chown", path=path, owner=owner, group=group)

    def set_acl(self, path, acl):
        """acl: a whole list, as `hdfs dfs -setfacl --set` takes it."""
        return self.call("set_acl", path=path, acl=acl)

    def acl(self, path):
        """\\return its lines, sorted, without those that the mode tells"""
        return self.call("acl", path=path)

    def set_replication(self, path, replication):
        return self.call("set_replication", path=path, replication=replication)

    # ------------------------------------------------------------------------- files held open

    def create(self, path, **options):
        """Open a new file and hold its lease. \\return a handle; options: those of `put`"""
        return self.call("create", path=path, **options)

    def append(self, path, **options):
        """Open a file for more at its end. \\return a handle"""
        return self.call("append", path=path, **options)

    def write(self, handle, data):
        return self.call("write", handle=handle, base64=base64.b64encode(data).decode())

    def flush(self, handle):
        """hflush: readers see what was written."""
        return self.call("flush", handle=handle)

    def sync(self, handle):
        """hsync, and the NameNode learns the length."""
        return self.call("sync", handle=handle)

    def close(self, handle):
        return self.call("close", handle=handle)

    def recover_lease(self, path):
        """Take a file from its writer. \\return whether it is closed"""
        return self.call("recover_lease", path=path)

    # --------------------------------------------------------------------------- administration

    def set_quota(self, path, names=None, space=None):
        return self.call("set_quota", path=path, names=names, space=space)

    def allow_snapshot(self, path):
        return self.call("allow_snapshot", path=path)

    def create_snapshot(self, path, name):
        """\\return the snapshot's path"""
        return self.call("create_snapshot", path=path, name=name)

    def delete_snapshot(self, path, name):
        return self.call("delete_snapshot", path=path, name=name)

    def set_erasure_coding(self, path, policy):
        """Have what is written below a directory from now on coded: "XOR-2-1-1024k"."""
        return self.call("set_erasure_coding", path=path, policy=policy)

    def create_key(self, name):
        """Make a key at hadoop.security.key.provider.path; a NameNode reads a file of keys at its start."""
        return self.call("create_key", name=name)

    def create_encryption_zone(self, path, key):
        """Make an empty directory an encryption zone."""
        return self.call("create_encryption_zone", path=path, key=key)

    def shut_down_for_upgrade(self, address):
        """Have the DataNode with its RPC at host:port tell its writers to wait, and end."""
        try:
            return self.call("shut_down_for_upgrade", address=address)
        except OracleError as error:
            # It may be gone before its answer is.
            if "EOFException" not in str(error):
                raise

    def safemode(self, action):
        """action: "enter", "leave" or "get". \\return whether it is on"""
        return self.call("safemode", action=action)

    def transition(self, address, to):
        """Make the NameNode at host:port "active" or "standby"."""
        return self.call("transition", address=address, to=to)

    def reconnect(self):
        """Give up connections to a NameNode that has ended: Java notices only when it calls."""
        return self.call("reconnect")
