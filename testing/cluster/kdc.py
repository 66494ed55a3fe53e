"""A KDC of MIT Kerberos on loopback: what a cluster with Kerberos takes its identities from.

All its files are in one folder; nothing of the machine's own Kerberos is used or changed.
"""

import os
import subprocess

from . import guardian
from .node import PortTaken, wait_until

REALM = "HOWDAH.TEST"
NAMENODE = "nn/localhost"  # as whom NameNodes log in

KRB5 = """\
[libdefaults]
 default_realm = {realm}
 dns_lookup_kdc = false
 dns_lookup_realm = false
 rdns = false
 dns_canonicalize_hostname = false
 udp_preference_limit = 1
[realms]
 {realm} = {{
  kdc = {address}
 }}
[domain_realm]
 localhost = {realm}
"""

KDC = """\
[realms]
 {realm} = {{
  kdc_listen = {address}
  kdc_tcp_listen = {address}
  database_name = {folder}/principal
  key_stash_file = {folder}/stash
  supported_enctypes = aes256-cts:normal
 }}
[logging]
 kdc = FILE:{folder}/kdc.log
"""


def java_flag(folder):
    """What has a JVM ask the KDC of the cluster in `folder`."""
    return f"-Djava.security.krb5.conf={folder}/kdc/krb5.conf"


def namenode_settings(folder):
    """The keys by which a NameNode knows itself, and asks its clients who they are."""
    return {"hadoop.security.authentication": "kerberos",
            "hadoop.security.authorization": "true",
            "dfs.block.access.token.enable": "true",
            "dfs.namenode.kerberos.principal": f"{NAMENODE}@{REALM}",
            "dfs.namenode.keytab.file": folder / "kdc" / "keytab"}


class Kdc:
    """The KDC of the cluster in `folder`, listening on `address`, "host:port". Ends with the cluster.

    PortTaken.
    """

    def __init__(self, folder, address):
        self._folder = folder / "kdc"
        self._folder.mkdir()
        words = {"realm": REALM, "address": address, "folder": self._folder}
        config = self._folder / "krb5.conf"
        config.write_text(KRB5.format(**words))
        (self._folder / "kdc.conf").write_text(KDC.format(**words))
        self._environment = {
            **os.environ, "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin",
            "KRB5_CONFIG": str(config), "KRB5_KDC_PROFILE": str(self._folder / "kdc.conf"),
            guardian.MARK: str(folder)}
        self._run("kdb5_util", "create", "-s", "-r", REALM, "-P", "x")
        self._run("kadmin.local", "-r", REALM, "addprinc", "-randkey", NAMENODE)
        self._run("kadmin.local", "-r", REALM, "ktadd", "-k", self._folder / "keytab", NAMENODE)
        with open(self._folder / "kdc.out", "wb") as out:
            self._process = subprocess.Popen(
                ["krb5kdc", "-n", "-r", REALM], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                start_new_session=True, env=self._environment)
        wait_until(self._serves, "the KDC serves", check=self._check)

    def _run(self, *command):
        subprocess.run(command, check=True, env=self._environment, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def _log(self):
        log = self._folder / "kdc.log"
        return log.read_text() if log.exists() else ""

    def _serves(self):
        return "commencing operation" in self._log()

    def _check(self):
        if self._process.poll() is not None:
            raise PortTaken(f"krb5kdc ended with {self._process.returncode}:\n{self._log()[-4000:]}")

    def kill(self):
        self._process.kill()
        self._process.wait()
