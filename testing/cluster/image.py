"""The folder of a NameNode as `hdfs namenode -format` leaves it, made once for each machine.

Formatting takes a JVM seconds. What it leaves differs from cluster to cluster only in two lines of the
file VERSION, and the shared edits of HA need nothing but that file.
"""

import fcntl
import pathlib
import re
import shutil
import subprocess
import tempfile
import uuid

from . import conf, guardian, java


def _run_format(folder, settings, hadoop):
    """Run `namenode -format` with these settings. RuntimeError with its output if it fails."""
    site = folder / "format.xml"
    conf.write_site(site, settings)
    done = subprocess.run(
        java.command("namenode", "-conf", site, "-format", "-force", "-nonInteractive",
                     hadoop=hadoop),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        cwd=folder, env=java.environment(**{guardian.MARK: str(folder)}))
    if done.returncode != 0:
        raise RuntimeError(f"namenode -format failed:\n{done.stdout[-4000:]}")


def _template(hadoop):
    """A formatted folder that nobody has used; the first caller on a machine makes it."""
    java.classpath(hadoop)
    home = java.home(hadoop)
    target = home / "formatted"
    with open(home / "formatted.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            with tempfile.TemporaryDirectory(dir=home, prefix="formatting-") as made:
                folder = pathlib.Path(made)
                settings = {**conf.QUICK, **conf.addresses({"nn": "127.0.0.1:1"}, {"nn": "127.0.0.1:2"}),
                            "dfs.namenode.name.dir": f"file://{made}/image"}
                _run_format(folder, settings, hadoop)
                (folder / "image").rename(target)
    return target


def format_plain(folders, shared_edits=None, hadoop=java.HADOOP):
    """Make equal folders for NameNodes, with ids that no other cluster has.

    shared_edits: the folder of the shared edits, made too. hadoop: the version.
    """
    first, *others = folders
    shutil.copytree(_template(hadoop), first)
    version = first / "current" / "VERSION"
    cluster = uuid.uuid4()
    text = re.sub(r"(?m)^clusterID=.*$", f"clusterID=CID-{cluster}", version.read_text())
    text = re.sub(r"(?m)^blockpoolID=.*$", f"blockpoolID=BP-{cluster.int % 10**9}-127.0.0.1-1", text)
    version.write_text(text)
    if shared_edits is not None:
        (shared_edits / "current").mkdir(parents=True)
        shutil.copy(version, shared_edits / "current")
    for other in others:
        shutil.copytree(first, other)


def format_journals(folders, folder, settings, hadoop=java.HADOOP):
    """The same with running JournalNodes, which only a NameNode itself can format."""
    first, *others = folders
    _run_format(folder, settings, hadoop)
    for other in others:
        shutil.copytree(first, other)
