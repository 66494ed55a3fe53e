"""A cluster in the background, for the shell: a process that holds it and takes calls.

It listens on the socket control.sock in the cluster's folder. A call is one line of JSON, a list of the
method's name and its arguments; so is the answer: {"result": ...} or {"error": "..."}.

"kill", ["dn1"] is Cluster.kill; "oracle", ["cat", "/x"] is Cluster.oracle.cat; "proxy", ["nn1",
"drop_reply", "create"] is that of the faults of Cluster.proxies["nn1"], or of the proxy itself.
"""

import json
import os
import socket
import subprocess
import sys

from .java import REPOSITORY

READY = "ready"
CALLS = ("end", "kill", "stop", "cont", "restart", "mend", "failover", "active", "safemode", "add_datanode",
         "live_datanodes", "fill_disk", "free_disk", "node_at", "oracle", "proxy")


def _socket_path(folder):
    return str(folder / "control.sock")


def serve(cluster):
    """Take calls until the call "end". The cluster must have been started."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(_socket_path(cluster.folder))
        listener.listen()
        _tell_ready()
        while True:
            connection, _ = listener.accept()
            with connection, connection.makefile("rw") as stream:
                name, *arguments = json.loads(stream.readline())
                stream.write(json.dumps(_act(cluster, name, arguments)) + "\n")
            if name == "end":
                return


def _tell_ready():
    """Print READY, then let go of the starter's terminal."""
    print(READY, flush=True)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def _act(cluster, name, arguments):
    try:
        if name not in CALLS:
            raise ValueError(f"no call '{name}'; there are {', '.join(CALLS)}")
        target = cluster
        if name == "oracle":
            target, (name, *arguments) = cluster.oracle, arguments
        elif name == "proxy":
            proxy, name, *arguments = arguments
            target = cluster.proxies[proxy]
            target = target.faults if hasattr(target.faults, name) else target
        return {"result": getattr(target, name)(*arguments)}
    except Exception as error:  # of whatever kind: it belongs to the caller
        return {"error": f"{type(error).__name__}: {error}"}


def call(folder, *words):
    """Call the process that holds the cluster in `folder`. \\return the result; SystemExit: the error."""
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(_socket_path(folder))
        except OSError as error:
            raise SystemExit(f"no cluster runs in {folder}: {error.strerror}") from error
        with connection.makefile("rw") as stream:
            stream.write(json.dumps(words) + "\n")
            stream.flush()
            answer = json.loads(stream.readline() or '{"error": "the cluster has ended"}')
    if "error" in answer:
        raise SystemExit(answer["error"])
    return answer["result"]


def start_in_background(arguments):
    """Run `python -m testing.cluster serve ARGUMENTS` for itself; wait until it takes calls."""
    process = subprocess.Popen(
        [sys.executable, "-m", "testing.cluster", "serve", *arguments], cwd=REPOSITORY,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True)
    try:
        for line in process.stdout:
            if line == f"{READY}\n":
                process.stdout.close()
                process.returncode = 0  # it is left alone
                return
            sys.stderr.write(line)
    except KeyboardInterrupt:
        process.kill()
        raise
    raise SystemExit(process.wait() or 1)
