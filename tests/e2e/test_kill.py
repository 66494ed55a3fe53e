"""Runs that die, are paused or are told to stop. A reader sees nothing, or everything."""

import json
import random
import shutil
import signal
import threading
import time

import pytest

import support
from support import finish, howdah, start, wait_until


class Reader:
    """Somebody who lists the dataset all the time and remembers what should not be."""

    def __init__(self, dataset):
        self.dataset, self.odd, self.stopped = dataset, set(), threading.Event()
        self.complete_seen = False
        self.thread = threading.Thread(target=self.watch)

    def watch(self):
        while not self.stopped.is_set():
            state = support.visible_state(self.dataset)
            if state == "complete":
                self.complete_seen = True
            elif state != "absent":
                self.odd.add(state)
            elif self.complete_seen:
                self.odd.add("gone again")
            time.sleep(0.001)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.thread.join()


def attempts_in(manifests):
    """The attempt that each committed split says it came from; the text is JSON."""
    return {name: json.loads(text)["attempt"] for name, text in manifests.items()}


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", range(4))
def test_killed_at_random_moments_a_run_is_absent_or_complete(slow_job, seed):
    job = slow_job(output="timed")
    began = time.monotonic()
    howdah(*job.run)
    whole = time.monotonic() - began

    job = slow_job(output="out")
    dice = random.Random(seed)
    story, reused = [], 0
    with Reader(job.output) as reader:
        for _ in range(8):
            delay = dice.uniform(0.05, 1.05) * whole
            done = attempts_in(support.done_splits(job.output))
            process = start(*job.run)
            try:
                process.wait(timeout=delay)
            except Exception:
                process.kill()
            outcome = finish(process)
            now = attempts_in(support.done_splits(job.output))
            state = support.visible_state(job.output)
            story.append((round(delay, 3), outcome.code, state, len(done), len(now)))
            assert state in ("absent", "complete"), story
            assert outcome.code in (0, -signal.SIGKILL), (story, str(outcome))
            if state == "complete":
                break
            assert now.items() >= done.items(), f"a finished split was scored again: {story}"
        done = support.done_splits(job.output)
        absent = support.visible_state(job.output) == "absent"
        last = howdah(*job.run).summary
        story.append(("to the end", last["splits"], len(done)))
        if absent:
            assert last["outcome"] == "published", story
            assert last["splits"]["reused"] >= len(done), story
            assert last["splits"]["reused"] + last["splits"]["scored"] == last["splits"]["total"]
    assert not reader.odd, (reader.odd, story)
    support.assert_slow(job.output, job.rows)
    support.verify(job.output)
    support.assert_no_payload(job.output)
    assert howdah(*job.run).summary["outcome"] == "already_published"


def test_finished_splits_are_not_scored_again(slow_job):
    job = slow_job()
    process = start(*job.run)
    assert wait_until(lambda: len(support.done_splits(job.output)) >= 3, process)
    process.kill()
    finish(process)
    done = attempts_in(support.done_splits(job.output))
    files = {p.stat().st_ino: p.stat().st_mtime_ns
             for p in support.staging_of(job.output).glob("jobs/*/att/*/*") if p.is_file()}
    summary = howdah(*job.run).summary
    assert summary["splits"]["reused"] == len(done)
    assert summary["splits"]["scored"] == summary["splits"]["total"] - len(done)
    kept = [p for p in support.data_files(job.output) if p.stat().st_ino in files]
    assert len(kept) >= len(done), "data files of finished splits were written again"
    assert all(p.stat().st_mtime_ns == files[p.stat().st_ino] for p in kept)
    support.assert_slow(job.output, job.rows)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_a_run_ends_cleanly_and_resumes(slow_job, number):
    job = slow_job()
    process = start(*job.run)
    assert wait_until(lambda: support.done_splits(job.output), process)
    process.send_signal(number)
    outcome = finish(process, code=130)
    assert outcome.stdout == "" and len(outcome.error_lines) == 1, outcome
    assert not job.output.exists()
    done = support.done_splits(job.output)
    summary = howdah(*job.run).summary
    assert summary["splits"]["reused"] == len(done) > 0
    support.assert_slow(job.output, job.rows)
    support.assert_no_payload(job.output)


def test_told_to_stop_before_the_first_row_a_run_ends_cleanly(slow_job):
    job = slow_job()
    process = start(*job.run)
    time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    outcome = finish(process)
    # In its first instants a process has no handler yet, and the signal itself ends it.
    assert outcome.code in (130, -signal.SIGTERM), outcome
    assert not job.output.exists()
    howdah(*job.run)
    support.assert_slow(job.output, job.rows)


def test_two_interrupts_end_a_run_at_once(slow_job):
    job = slow_job()
    process = start(*job.run)
    assert wait_until(lambda: support.done_splits(job.output), process)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    outcome = finish(process)
    assert outcome.code in (130, -signal.SIGINT), outcome
    assert not job.output.exists()
    howdah(*job.run)
    support.assert_slow(job.output, job.rows)


@pytest.mark.parametrize("moment", ["at work", "at the start"])
def test_a_paused_run_that_wakes_up_after_another_finished_changes_nothing(slow_job, moment):
    job = slow_job()
    zombie = start(*job.run)
    if moment == "at work":
        assert wait_until(lambda: support.done_splits(job.output), zombie)
    else:
        assert wait_until(lambda: support.staging_of(job.output).exists(), zombie)
    zombie.send_signal(signal.SIGSTOP)
    try:
        howdah(*job.run)
        before = support.tree(job.output)
    finally:
        zombie.send_signal(signal.SIGCONT)
    outcome = finish(zombie)
    assert outcome.code == 0, f"the same job did land\n{outcome}"
    assert support.tree(job.output) == before
    support.assert_slow(job.output, job.rows)
    support.verify(job.output)
    support.assert_no_payload(job.output)


def test_a_paused_run_does_not_bring_back_a_restarted_job(slow_job):
    job = slow_job(job_id="nightly")
    zombie = start(*job.run)
    assert wait_until(lambda: support.done_splits(job.output), zombie)
    zombie.send_signal(signal.SIGSTOP)
    try:
        summary = howdah(*job.run, "--restart").summary
        assert (summary["generation"], summary["splits"]["reused"]) == (2, 0)
        before = support.tree(job.output)
    finally:
        zombie.send_signal(signal.SIGCONT)
    outcome = finish(zombie)
    assert outcome.code in (0, 1), outcome
    assert support.tree(job.output) == before
    support.assert_slow(job.output, job.rows)
    support.verify(job.output)
    assert howdah(*job.run).summary["outcome"] == "already_published"


def test_a_paused_run_does_not_bring_back_a_dataset_that_was_removed(slow_job):
    """The job landed without it; somebody then deleted the result on purpose."""
    job = slow_job()
    zombie = start(*job.run)
    assert wait_until(lambda: support.done_splits(job.output), zombie)
    zombie.send_signal(signal.SIGSTOP)
    try:
        howdah(*job.run)
        shutil.rmtree(job.output)
    finally:
        zombie.send_signal(signal.SIGCONT)
    outcome = finish(zombie)
    assert outcome.code in (0, 1), outcome
    assert support.visible_state(job.output) == "absent", outcome


def test_killed_and_resumed_by_two_at_once(slow_job):
    job = slow_job()
    process = start(*job.run)
    assert wait_until(lambda: support.done_splits(job.output), process)
    process.kill()
    finish(process)
    for outcome in [finish(p, code=0) for p in [start(*job.run), start(*job.run)]]:
        assert outcome.summary["rows"]["written"] == job.rows.num_rows
    support.assert_slow(job.output, job.rows)
    support.verify(job.output)
    support.assert_no_payload(job.output)
