"""One landing under fire: what befalls its processes, and what must be true in the end."""

import collections
import dataclasses
import hashlib
import json
import os
import random
import signal
import subprocess
import time

import rivals
import support
from calls import Gate
from course import Course
from jobs import BASE, MAIN, OTHER, Rows
from places import NAME
from views import RULES, Reader, forbidden, visible, walk

ENDS = (0, 1, 4)  # exit codes of a run that something befell: done, to be repeated, to be recovered
LIMIT_S = 150  # for any process


@dataclasses.dataclass
class Census:
    """What an undisturbed run does."""

    counts: collections.Counter  # calls by point
    seconds: float  # from the first to the last of them


class Story:
    """What happened and when, for a failure's message."""

    def __init__(self):
        self._begin, self._lines = time.monotonic(), []

    def append(self, line):
        self._lines.append(f"  {time.monotonic() - self._begin:6.2f} s: {line}")

    def __str__(self):
        return "\n".join(self._lines)


class Battle:
    """A place, its reader, and the processes that land there."""

    censuses = {}  # by storage, mode, whether there was something before, and merges

    def __init__(self, schedule, place, model, inputs):
        self.schedule, self.place, self._model, self._inputs = schedule, place, model, inputs
        self.mode, self.chance = schedule.mode, random.Random(schedule.seed)
        self.story, self.jobs, self.states = Story(), [], [None]
        self.processes = []
        self.has_base = self.mode != "new" and self.chance.random() < 0.8
        self.merges = self.chance.random() < 0.4
        if schedule.fault == "killed at C8":
            self.has_base = self.mode != "new"  # else there is nothing to swap
        self.reader = None

    # ------------------------------------------------------------------------------ processes

    def run_arguments(self, job, *more):
        mode = [] if self.mode == "new" or job is BASE and self.mode == "overwrite" else ["--mode", self.mode]
        files = ["--set", "output.file_size=8KiB"]
        if self.merges:  # all splits have small files then
            files = ["--set", "output.file_size=64KiB", "--set", "output.merge_small_files=true"]
        return ["run", "--model", self._model, "--input", job.write_input(self._inputs), "--output",
                self.place.url, "--format", "parquet", "--keep", "n", "--job-id", job.id,
                *files, "--set", "model.batch_rows=200", *mode, *more]

    def start(self, *arguments, gate=None):
        process = self.place.start(*arguments, gate=gate)
        self.processes.append(process)
        return process

    def finish(self, process, codes):
        """Wait for a process. codes: the exit codes that are right."""
        outcome = support.finish(process, timeout=LIMIT_S)
        verb = outcome.command[outcome.command.index(support.HOWDAH) + 1]
        self.story.append(f"{verb}: exit {outcome.code} {' '.join(outcome.error_lines)}")
        assert outcome.code in codes, f"expected exit {codes}\n{outcome}\n{self.story}"
        if outcome.code > 0:
            assert len(outcome.error_lines) == 1 and outcome.stdout == "", outcome
        return outcome

    def call(self, *arguments, codes=(0,)):
        return self.finish(self.start(*arguments), codes)

    def land(self, job):
        """Have a job land, with nothing in its way."""
        outcome = self.call(*self.run_arguments(job))
        if job not in self.jobs:
            self.jobs.append(job)
        self.states.append(self.visible())
        return outcome

    def end(self):
        """Leave no process."""
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
                process.communicate()

    # ----------------------------------------------------------------------- calls that are held

    @property
    def _kind(self):
        return self.schedule.storage, self.mode, self.has_base, self.merges

    def has_census(self):
        return self._kind in self.censuses

    def census(self):
        """What an undisturbed run of this kind does: `take_census` measured it, in another battle."""
        return self.censuses[self._kind]

    def take_census(self):
        """Land the job, and count."""
        course, counts, times = Course(self.place.parent, NAME), collections.Counter(), []

        def see(operation):
            point = course.point(operation)
            if point is not None:
                counts[point] += 1
                times.append(time.monotonic())
            return False
        gate = Gate(see)
        self.finish(self.start(*self.run_arguments(MAIN), gate=gate), (0,))
        self.jobs.append(MAIN)
        self.states.append(self.visible())
        counts["C5"] = counts["C4"]  # the same call, before it and after
        self.censuses[self._kind] = Census(counts, times[-1] - times[0])
        return self.census()

    def start_until(self, points, after=False, is_resumed=False, job=MAIN):
        """Start a run and hold it at one of its calls at these points. \\return process, gate

        is_resumed: the run goes on where another ended, or is refused, so it may not come to one of them.
        """
        course = Course(self.place.parent, NAME)
        if not is_resumed:
            points = [self.chance.choice(points)]  # else those with most calls would meet all faults
        total = sum(self.census().counts[point] for point in points)
        nth = self.chance.randint(1, total)
        others = [f"/{other.id}." for other in (BASE, MAIN, OTHER) if other != job]

        def choose(operation):
            # A NameNode's proxy sees the calls of all who run.
            is_anothers = any(name in path for path in operation.paths for name in others)
            return not is_anothers and course.point(operation) in points
        gate = Gate(choose, nth, after)
        process = self.start(*self.run_arguments(job), gate=gate)
        which = f"{'after' if after else 'before'} call {nth} of {total} at {', '.join(points)}"
        if gate.wait(process, LIMIT_S):
            self.story.append(f"held {which}: {gate.operation}")
        elif is_resumed or gate.operation is not None:  # after its last call a process makes no other
            self.story.append(f"not held {which}")
        else:
            raise AssertionError(f"it never came to be held {which}\n{support.finish(process)}\n{self.story}")
        return process, gate

    def start_until_any(self, after=False, **options):
        points = sorted(point for point in self.census().counts if point != "C5")
        return self.start_until(points, after, **options)

    def let_run(self, process, most):
        """For some time, `most` of what a run takes."""
        try:
            process.wait(timeout=self.chance.uniform(0, most) * self.census().seconds)
        except subprocess.TimeoutExpired:
            pass

    def kill(self, process, ends=(0, 1)):
        """ends: the exit codes that are right if it ended before."""
        process.kill()
        return self.finish(process, (-signal.SIGKILL, *ends))

    def pause(self, process):
        process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)

    # ------------------------------------------------------------------------------------ checks

    def _entries(self):
        return walk(self.place.names, f"{self.place.parent}/{NAME}")

    def visible(self):
        return visible(self._entries(), RULES["hive"])

    def prepare(self):
        if self.has_base:
            self.land(BASE)

    def mend(self):
        """The fault is over: somebody recovers, or not."""
        self.place.mend()
        if self.chance.random() < 0.3:
            self.call("recover", self.place.url, codes=(0, 1))

    def resolve(self):
        """The fault is over, and the same command ends it."""
        self.mend()
        return self.land(MAIN)

    def expect_first_generation(self):
        """Where a swap to it had begun, who restarts the job finishes that first: readers may see it, whole."""
        if self.mode != "overwrite":
            return
        second, first = (hashlib.sha256(f"{MAIN.id}.{number}".encode()).hexdigest()[:16] for number in (2, 1))
        shown = self.visible() or ()
        before = frozenset(path.replace(second, first) for path in shown)
        if shown and before != shown:
            self.states.append(before)

    def expect_unchanged(self, act):
        """Nothing in the dataset is touched by what `act` does."""
        before = self.place.identity()
        act()
        assert self.place.identity() == before, f"the dataset changed\n{self.story}"

    def compare(self, jobs):
        """\\return Rows: what is visible, compared with what these jobs should have landed"""
        return Rows.compare(self.place.copy(sorted(self.visible() or ())), jobs)

    def check(self):
        """Rows, keys and sights. \\return Account"""
        rows = self.compare(self.jobs if self.mode == "append" else self.jobs[-1:])
        bad = {rule: forbidden(self.mode, self.reader.of(rule), self.states) for rule in RULES}
        bad["beside"] = sorted(self.reader.beside)
        return Account(rows, {rule: views for rule, views in bad.items() if views}, self.reader.looks,
                       len(self.processes))

    def verify(self):
        outcome = self.call("verify", self.place.url, "--level", "3", "--json")
        summary = json.loads(outcome.stdout)
        assert summary["ok"] and summary["keys"] == "compared", outcome


@dataclasses.dataclass
class Account:
    """What came of a landing."""

    rows: Rows
    forbidden: dict  # by rule, the views that should not have been
    looks: int
    processes: int


# ---------------------------------------------------------------------------------------- faults


def killed_at(battle, point):
    """kill -9 at a call: before it arrives, after it was carried out, or before it arrives all the same, late."""
    late = battle.schedule.storage == "hdfs" and battle.chance.random() < 0.3
    after = point == "C5" or (point != "C4" and not late and battle.chance.random() < 0.5)
    if point == "C5":
        late = False
    process, gate = battle.start_until(["C4" if point == "C5" else point], after)
    battle.kill(process)
    if not late:
        gate.lose()
    if battle.chance.random() < 0.3:
        process, again = battle.start_until_any(is_resumed=True)
        battle.kill(process)
        again.lose()
    battle.resolve()
    if late:
        battle.story.append("the call of the dead process arrives")
        battle.expect_unchanged(lambda: battle.place.deliver(gate))


def killed_at_random_times(battle):
    for _ in range(battle.chance.randint(1, 4)):
        course = Course(battle.place.parent, NAME)
        gate = Gate(lambda operation: course.point(operation) is not None)
        process = battle.start(*battle.run_arguments(MAIN), gate=gate)
        gate.wait(process, LIMIT_S)
        gate.open()
        battle.let_run(process, 1.05)
        battle.kill(process)
    battle.resolve()


def hang(battle):
    """A run that is stopped at a call, which passes all the same or waits. \\return process, gate, which of both"""
    process, gate = battle.start_until_any()
    battle.pause(process)
    passes = battle.chance.random() < 0.5
    if passes:
        gate.open()
    return process, gate, f"its call {'passes' if passes else 'waits'}"


def paused(battle):
    """SIGSTOP at a call; the same job, its next generation or another job lands; SIGCONT."""
    zombie, gate, call = hang(battle)
    follow = battle.chance.choice(["same", "restart", "other"])
    if follow == "other" and battle.mode == "new":
        follow = "same"
    battle.story.append(f"paused, {call}, then {follow}")
    if follow == "restart":
        # Refused where the paused run has published: a dataset that is there is not touched.
        battle.call(*battle.run_arguments(MAIN, "--restart"), codes=(0, 2))
        battle.expect_first_generation()
    battle.resolve()
    if follow == "other":
        battle.land(OTHER)

    def wake():
        zombie.send_signal(signal.SIGCONT)
        gate.open()
        battle.finish(zombie, ENDS)
    battle.expect_unchanged(wake)


def two_at_once(battle):
    first, gate = battle.start_until_any()
    second, other = battle.start_until_any(is_resumed=True)
    gate.open()
    other.open()
    killed = battle.chance.choice([None, first, second])
    if killed is not None:
        battle.let_run(killed, 0.5)
        battle.kill(killed)
    for process in (first, second):
        if process is not killed:
            battle.finish(process, (0, 1))
    battle.resolve()


def recovered_by_two(battle):
    """One run hangs (SIGSTOP) at a call, another one is at work, and `recover` is called twice at once."""
    hung, gate, call = hang(battle)
    battle.story.append(f"hangs, {call}")
    second, other = battle.start_until_any(is_resumed=True)
    recoveries = [battle.start("recover", battle.place.url) for _ in range(2)]
    if battle.chance.random() < 0.5:
        other.open()
    for recovery in recoveries:
        battle.finish(recovery, (0,))
    other.open()
    battle.finish(second, (0,))
    battle.resolve()

    def wake():
        hung.send_signal(signal.SIGCONT)
        gate.open()
        battle.finish(hung, ENDS)
    battle.expect_unchanged(wake)


def held_while(battle, strike, codes=ENDS, points=None):
    """`strike()` happens while a run is held at a call; then it goes on and ends with one of the codes."""
    process, gate = battle.start_until(points) if points else battle.start_until_any()
    strike()
    gate.open()
    outcome = battle.finish(process, codes)
    battle.resolve()
    return outcome


def parent_read_only(battle):
    held_while(battle, battle.place.forbid, codes=(0, 1, 2, 4))


def disk_full(battle):
    place = battle.place
    if battle.schedule.storage == "local":
        held_while(battle, lambda: place.limit(bytes=battle.chance.randrange(0, 1 << 17)), codes=(0, 1))
    else:
        def fill():
            place.is_harmed = True
            for name in place.cluster.layout.datanodes:
                place.cluster.fill_disk(name)
        held_while(battle, fill, codes=(0, 1), points=["C1", "C2", "C3"])


def quota_of_names(battle):
    held_while(battle, lambda: battle.place.limit(names=battle.chance.randrange(0, 30)), codes=(0, 1, 4))


def quota_of_space(battle):
    held_while(battle, lambda: battle.place.limit(space=battle.chance.randrange(0, 12 << 20)), codes=(0, 1, 4))


def failover_at_a_call(battle):
    after = battle.chance.random() < 0.5
    process, gate = battle.start_until_any(after)
    battle.place.is_harmed = True
    battle.place.cluster.failover("nn2")
    (gate.lose if battle.chance.random() < 0.5 else gate.open)()
    battle.finish(process, (0,))
    battle.resolve()


def namenode_killed(battle):
    """kill -9 of the active one at a call of the run; the other one takes over, and sometimes the dead one is back
    while the run goes on, as standby."""
    after = battle.chance.random() < 0.5
    process, gate = battle.start_until_any(after)
    cluster, battle.place.is_harmed = battle.place.cluster, True
    cluster.kill("nn1")
    go_on = gate.lose if battle.chance.random() < 0.5 else gate.open
    acts = [go_on, lambda: cluster.failover("nn2")]
    if battle.chance.random() < 0.5:
        acts.reverse()
    for act in acts:
        act()
    if battle.chance.random() < 0.5:
        cluster.restart("nn1")
    battle.finish(process, (0,))
    battle.resolve()


def failover_in_a_loop(battle):
    battle.place.is_harmed = True
    process, gate = battle.start_until(["C1"])
    gate.open()
    for to in ["nn2", "nn1"] * 20:
        battle.place.cluster.failover(to)
        try:
            process.wait(timeout=battle.chance.uniform(0, 0.5))
            break
        except subprocess.TimeoutExpired:
            pass
    battle.finish(process, (0,))
    battle.resolve()


def answer_lost(battle):
    process, gate = battle.start_until_any(after=True)
    gate.lose()
    battle.finish(process, (0,))
    battle.resolve()


def datanodes_die(battle):
    cluster = battle.place.cluster

    def strike():
        battle.place.is_harmed = True
        for name in battle.chance.sample(cluster.layout.datanodes, battle.chance.randint(1, 2)):
            cluster.kill(name)
    held_while(battle, strike, codes=(0,), points=["C1", "C2", "C3"])


def safe_mode(battle):
    """Somebody enters it, and leaves it when the run has ended: it is refused at once, as Java's client is."""
    place = battle.place
    place.is_harmed = True
    held_while(battle, lambda: place.cluster.safemode("enter"))


ACTS = {
    "killed at random times": killed_at_random_times,
    "paused, and another lands": paused,
    "two at once": two_at_once,
    "recovered by two": recovered_by_two,
    "rival jobs": rivals.meet,
    "parent read-only": parent_read_only,
    "disk full": disk_full,
    "quota of names": quota_of_names,
    "quota of space": quota_of_space,
    "failover at a call": failover_at_a_call,
    "failover in a loop": failover_in_a_loop,
    "NameNode killed": namenode_killed,
    "answer lost": answer_lost,
    "DataNodes die": datanodes_die,
    "safe mode": safe_mode,
}


def act_of(fault):
    """The function that does to a battle what a fault says."""
    if fault.startswith("killed at C"):
        return lambda battle: killed_at(battle, fault.removeprefix("killed at "))
    return ACTS[fault]


def fight(battle):
    """\\return Account, which says whether anything was lost; AssertionError: something else is wrong."""
    place, fault = battle.place, battle.schedule.fault
    if fault in ("disk full", "quota of names") and battle.schedule.storage == "local":
        place.become_disk()
    if fault == "parent read-only":
        place.drop_privileges()
    battle.prepare()
    battle.reader = Reader(place.new_lister(), place.parent, NAME)
    with battle.reader:
        act_of(fault)(battle)
        battle.story.append("all is over")
    battle.verify()
    return battle.check()
