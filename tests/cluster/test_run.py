"""The command on a real HDFS: what lands, and what becomes of it when daemons and drivers die."""

import pathlib
import shutil
import signal
import tempfile

import pytest

import support
from testing.cluster import conf

LEDGER_FILES = {support.SUCCESS, support.LEDGER}


@pytest.fixture
def place():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="howdah-hdfs-"))
    yield folder
    shutil.rmtree(folder)


class Job:
    """A job whose rows, and what the model makes of them, are known; `cluster` gets its result."""

    def __init__(self, cluster, folder, place, zoo, slow=False, rows=3000):
        self.cluster, self.place = cluster, place
        self.output = f"{folder}/out"
        self.url = cluster.url.rstrip("/") + self.output
        self.env = {"HADOOP_CONF_DIR": str(cluster.conf_dir), "HOWDAH_CACHE": str(place / "cache")}
        self.slow = slow
        self.rows = support.slow_rows(rows) if slow else support.linear_rows(rows)
        self.input = support.write_rows(place / "in", self.rows, files=3,
                                        row_group=1000 if slow else 500)
        self.model = zoo / ("slow" if slow else "linear")
        self.more = (["--set", "output.file_size=8KiB", "--set", "model.batch_rows=200"]
                     if slow else [])

    def command(self, model=None, input=None):
        return ["run", "--model", model or self.model, "--input", input or self.input,
                "--output", self.url, "--format", "parquet", "--keep", self.rows.column_names[0],
                *self.more]

    def run(self, code=0, **options):
        return support.howdah(*self.command(**options), env=self.env, code=code)

    def start(self):
        return support.start(*self.command(), env=self.env)

    def call(self, *arguments, code=0):
        return support.howdah(*arguments, env=self.env, code=code)

    def names(self, path=None):
        entries = self.cluster.oracle.list(path or self.output)
        return [entry["path"].rsplit("/", 1)[1] for entry in entries]

    def data_files(self):
        return [f"{self.output}/{name}" for name in self.names() if name[0] not in "._"]

    def assert_landed(self):
        """All rows once, as Java reads them; and nothing is left beside them."""
        names = self.names()
        assert LEDGER_FILES <= set(names), names
        copy = self.place / "landed"
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        for name in names:
            self.cluster.oracle.cat(f"{self.output}/{name}", target=str(copy / name))
        (support.assert_slow if self.slow else support.assert_linear)(copy, self.rows)
        summary = self.call("verify", self.url, "--level", "3", "--json").summary
        assert summary["ok"] and summary["rows"] == self.rows.num_rows
        assert summary["keys"] == "compared"

    def done_splits(self):
        """How many splits of the unfinished job are committed."""
        staging = f"{self.output.rsplit('/', 1)[0]}/.out.howdah/jobs"
        if not self.cluster.oracle.exists(staging):
            return 0
        jobs = [entry["path"] for entry in self.cluster.oracle.list(staging)]
        return sum(len(self.names(f"{job}/done")) for job in jobs
                   if self.cluster.oracle.exists(f"{job}/done"))


@pytest.fixture
def job(hdfs, hdfs_folder, place, zoo):
    return Job(hdfs, hdfs_folder, place, zoo)


@pytest.fixture
def slow_job(hdfs, hdfs_folder, place, zoo):
    return Job(hdfs, hdfs_folder, place, zoo, slow=True, rows=60_000)


def upload(cluster, folder, path):
    """A local folder into HDFS, by Java."""
    for file in sorted(path.rglob("*")):
        if file.is_file():
            cluster.oracle.put(f"{folder}/{file.relative_to(path)}", source=str(file))


# ------------------------------------------------------------------------------------- landing


def test_predictions_land(job):
    summary = job.run().summary
    assert summary["outcome"] == "published" and summary["output"] == job.url
    job.assert_landed()


def test_the_same_command_again_changes_nothing(job):
    job.run()
    before = job.cluster.oracle.list(job.output)
    assert job.run().summary["outcome"] == "already_published"
    assert job.cluster.oracle.list(job.output) == before


def test_model_and_input_may_be_in_hdfs_too(job, hdfs_folder):
    upload(job.cluster, f"{hdfs_folder}/model", job.model)
    upload(job.cluster, f"{hdfs_folder}/features/dt=2026-11-22", job.input)
    base = job.cluster.url.rstrip("/") + hdfs_folder
    inputs = {"model": f"{base}/model", "input": f"{base}/features/*/*.parquet"}
    summary = job.run(**inputs).summary
    assert summary["model"]["path"] == inputs["model"]
    job.assert_landed()
    # A second job finds the copy of the model.
    job.url += "2"
    before = support.tree(job.place / "cache")
    assert job.run(**inputs).summary["model"]["sha256"] == summary["model"]["sha256"]
    assert support.tree(job.place / "cache") == before


def test_files_have_the_mode_of_their_parent(job):
    job.run()
    for entry in job.cluster.oracle.list(job.output):
        assert entry["mode"] == "0644", entry
    assert job.cluster.oracle.stat(job.output)["mode"] == "0755"


def test_recover_and_gc_find_nothing_to_do_after_a_landing(job):
    job.run()
    job.call("recover", job.url)
    job.call("gc", job.url, "--delete")
    job.assert_landed()


# --------------------------------------------------------------------------------------- faults


def test_a_killed_driver_is_resumed(slow_job):
    process = slow_job.start()
    assert support.wait_until(lambda: slow_job.done_splits() >= 2, process)
    process.kill()
    support.finish(process)
    assert not slow_job.cluster.oracle.exists(slow_job.output)
    summary = slow_job.run().summary
    assert summary["splits"]["reused"] >= 2
    slow_job.assert_landed()


@pytest.mark.parametrize("fault", ["kill", "stop"])
def test_a_datanode_that_dies_or_freezes_costs_time_only(slow_job, fault):
    process = slow_job.start()
    assert support.wait_until(lambda: slow_job.done_splits() >= 1, process)
    getattr(slow_job.cluster, fault)("dn2")
    support.finish(process, code=0)
    slow_job.cluster.mend()
    slow_job.assert_landed()


def test_a_frozen_driver_does_not_double_what_another_has_landed(slow_job):
    process = slow_job.start()
    assert support.wait_until(lambda: slow_job.done_splits() >= 1, process)
    process.send_signal(signal.SIGSTOP)
    slow_job.run()
    process.send_signal(signal.SIGCONT)
    assert support.finish(process, code=0).summary["outcome"] == "already_published"
    slow_job.assert_landed()


def test_a_failover_in_the_middle_is_survived(start_cluster, place, zoo):
    cluster = start_cluster(namenodes=2, datanodes=1)
    job = Job(cluster, "/ha", place, zoo, slow=True, rows=40_000)
    process = job.start()
    assert support.wait_until(lambda: job.done_splits() >= 1, process)
    cluster.failover("nn2")
    support.finish(process, code=0)
    job.assert_landed()


@pytest.mark.parametrize("method", ["create", "complete", "rename2", "mkdirs", "delete"])
def test_a_lost_answer_has_one_effect(proxied, place, zoo, method):
    job = Job(proxied, f"/lost-{method}", place, zoo)
    proxied.proxies["nn1"].faults.drop_reply(method, times=2)
    job.run()
    job.assert_landed()


@pytest.fixture(scope="module")
def proxied(start_cluster):
    return start_cluster(datanodes=1, proxied=("nn1",))


# --------------------------------------------------------------------------------------- verify


def test_verify_finds_a_lost_a_changed_and_a_foreign_file(job):
    job.run()
    oracle, victim = job.cluster.oracle, job.data_files()[0]
    copy = job.place / "victim"
    oracle.cat(victim, target=str(copy))
    whole = copy.read_bytes()

    oracle.delete(victim)
    outcome = job.call("verify", job.url, "--level", "0", code=5)
    assert victim.rsplit("/", 1)[1] in outcome.stdout

    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 1
    oracle.put(victim, bytes(flipped))
    assert "checksum" in job.call("verify", job.url, "--level", "2", code=5).stdout.lower()

    oracle.put(victim, whole[:-1], overwrite=True)
    job.call("verify", job.url, "--level", "0", code=5)

    oracle.put(victim, whole, overwrite=True)
    oracle.put(f"{job.output}/part-99999.parquet", whole)
    assert "part-99999" in job.call("verify", job.url, "--level", "0", code=6).stdout


# ------------------------------------------------------------------------------ what goes wrong


def refused(job, words, code):
    support.refused(*job.command(), words=words, code=code, env=job.env)


def test_an_output_that_may_not_be_written_is_refused_before_the_first_row(job, hdfs_folder):
    job.cluster.oracle.chmod(hdfs_folder, "755")
    job.env["HADOOP_USER_NAME"] = "mallory"
    refused(job, ["permission", "mallory"], code=2)
    assert job.names(hdfs_folder) == []


def test_an_output_that_is_a_file_is_refused(job):
    job.cluster.oracle.put(job.output, b"something")
    refused(job, ["out", "file"], code=2)


def test_an_output_below_a_file_is_refused(job, hdfs_folder):
    job.cluster.oracle.put(f"{hdfs_folder}/file", b"something")
    job.url = job.cluster.url.rstrip("/") + f"{hdfs_folder}/file/out"
    refused(job, ["file"], code=2)


@pytest.mark.parametrize("quota", [{"names": 3}, {"names": 14}, {"space": 4096}])
def test_a_quota_stops_the_run_and_nothing_is_seen(job, hdfs_folder, quota):
    job.cluster.oracle.set_quota(hdfs_folder, **quota)
    refused(job, ["quota"], code=1)
    assert not job.cluster.oracle.exists(job.output)
    job.cluster.oracle.set_quota(hdfs_folder, names=-1, space=-1)
    job.run()
    job.assert_landed()


def test_a_namenode_in_safe_mode_is_said(job):
    job.env["HADOOP_CONF_DIR"] = impatient(job)
    job.cluster.safemode("enter")
    try:
        refused(job, ["safe mode"], code=1)
    finally:
        job.cluster.safemode("leave")


def test_a_namenode_that_is_not_there_is_said(job):
    job.env["HADOOP_CONF_DIR"] = impatient(job)
    job.url = "hdfs://127.0.0.1:1/out"
    refused(job, ["127.0.0.1:1", "refused"], code=1)


def test_a_web_server_is_no_namenode(job):
    job.url = f"hdfs://{job.cluster.layout.http['nn1']}/out"
    refused(job, [job.cluster.layout.http["nn1"], "http"], code=2)


def impatient(job):
    """A folder with the settings of the cluster, in which nothing is tried for long."""
    folder = job.place / "impatient"
    conf.write_changed_folder(folder, job.cluster.conf_dir,
                              {"ipc.client.connect.max.retries": 1,
                               "ipc.client.connect.retry.interval": 100,
                               "dfs.client.retry.max.attempts": 1})
    return str(folder)


def test_files_are_of_one_block_unless_their_size_is_given(hdfs, hdfs_folder, place, zoo):
    job = Job(hdfs, hdfs_folder, place, zoo, rows=400_000)
    job.more = ["--set", "input.split_size=1GiB", "--compression", "none"]
    block = 1 << 20
    conf.write_changed_folder(place / "conf", hdfs.conf_dir, {"dfs.blocksize": block})
    job.env["HADOOP_CONF_DIR"] = str(place / "conf")
    summary = job.run().summary
    assert summary["file_size"] == block * 15 // 16
    sizes = sorted(hdfs.oracle.stat(path)["length"] for path in job.data_files())
    assert len(sizes) == summary["files"] >= 3
    assert sizes[-1] <= block and sizes[1] > block // 2, sizes
    job.assert_landed()
