"""Files that hdfs_stream writes and reads, byte by byte as a test wants; Java's client compares."""

import hashlib
import subprocess

from testing.cluster import programs


class Write:
    """A file that hdfs_stream is writing."""

    def __init__(self, cluster, path, conf_dir=None):
        self.cluster, self.path, self.digest, self.length = cluster, path, hashlib.sha256(), 0
        self.process = subprocess.Popen(
            [programs.BIN / "hdfs_stream", "write", path], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**programs.environment(cluster),
                 "HADOOP_CONF_DIR": str(conf_dir or cluster.conf_dir)})

    def append(self, data):
        self.digest.update(data)
        self.length += len(data)
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
        except BrokenPipeError:
            raise AssertionError(self.process.stderr.read().decode()) from None

    def finish(self):
        """Close it, and have Java compare."""
        out, log = self.process.communicate(timeout=240)
        assert self.process.returncode == 0, log.decode()
        length, crc = out.decode().split()
        assert int(length) == self.length
        found = self.cluster.oracle.cat(self.path)
        assert (found["length"], found["sha256"]) == (self.length, self.digest.hexdigest())
        if self.length > 0:
            checksum = self.cluster.oracle.checksum(self.path)["composite"]["bytes"]
            assert checksum == crc
        return log.decode()


def read(cluster, path):
    return subprocess.run([programs.BIN / "hdfs_stream", "read", path], check=True, timeout=240,
                          stdout=subprocess.PIPE, env=programs.environment(cluster)).stdout
