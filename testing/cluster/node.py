"""One daemon of a cluster: a JVM that can be killed, stopped and started again."""

import http.client
import json
import signal
import subprocess
import time
import urllib.request

from . import conf, guardian, java


class PortTaken(Exception):
    """Another process took a daemon's port between choosing and binding it."""


class Node:
    """A NameNode, DataNode or JournalNode with its own settings, ports, files and log.

    name: "nn1", "dn1", "jn1", ...; role: a key of java.MAIN; settings: all keys it is told;
    http: "host:port" of its pages; folder: the cluster's; hadoop: the version. Not thread-safe.
    """

    def __init__(self, name, role, folder, settings, http, jit, flags=(),
                 hadoop=java.HADOOP):
        self.name, self.role, self.http = name, role, http
        self.settings = settings
        self.log = folder / "logs" / f"{name}.log"
        self._folder, self._jit, self._flags, self._hadoop = folder, jit, flags, hadoop
        self._process, self._stopped = None, False

    def __repr__(self):
        return self.name

    @property
    def pid(self):
        return self._process.pid

    def start(self):
        """Start the daemon, in a session of its own; it is not ready yet."""
        site = self._folder / f"{self.name}.xml"
        conf.write_site(site, self.settings)
        self._log_start = self.log.stat().st_size if self.log.exists() else 0
        with open(self.log, "ab") as log:
            self._process = subprocess.Popen(
                java.command(self.role, "-conf", site, jit=self._jit, flags=self._flags,
                             hadoop=self._hadoop),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                cwd=self._folder, env=java.environment(**{guardian.MARK: str(self._folder)}))

    def is_running(self):
        """Whether the process exists; also when it is frozen."""
        return self._process is not None and self._process.poll() is None

    def can_answer(self):
        """Whether the process exists and is not frozen."""
        return self.is_running() and not self._stopped

    def check(self):
        """Raise if the daemon ended by itself: PortTaken, or RuntimeError with the log's end."""
        if self.is_running():
            return
        text = self.log_text()
        if "Address already in use" in text:
            raise PortTaken(f"{self.name}: a port was taken by another process")
        raise RuntimeError(f"{self.name} ended with code {self._process.returncode}; the end of its "
                           f"log:\n{text[-4000:]}")

    def log_text(self):
        """What the daemon logged since it was last started."""
        with open(self.log, errors="replace") as log:
            log.seek(self._log_start)
            return log.read()

    def kill(self):
        """End the daemon as a power cut would (SIGKILL), and wait for that."""
        self._process.kill()
        self._process.wait()
        self._stopped = False

    def stop(self):
        """Freeze the daemon (SIGSTOP): its connections stay open and silent."""
        self._process.send_signal(signal.SIGSTOP)
        self._stopped = True

    def cont(self):
        """Let a frozen daemon go on."""
        self._process.send_signal(signal.SIGCONT)
        self._stopped = False

    def jmx(self, bean, timeout=5):
        """A bean of the daemon's /jmx page, or None while there is none to be had."""
        page = f"http://{self.http}/jmx?qry=Hadoop:service={bean}"
        try:
            with urllib.request.urlopen(page, timeout=timeout) as answer:
                beans = json.load(answer)["beans"]
        except (OSError, http.client.HTTPException, ValueError):
            return None
        return beans[0] if beans else None


def wait_until(happened, what, seconds=120, check=lambda: None):
    """Poll until `happened()` is true. TimeoutError names `what`; `check` may raise earlier."""
    deadline = time.monotonic() + seconds
    while not happened():
        check()
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {seconds} s")
        time.sleep(0.05)
