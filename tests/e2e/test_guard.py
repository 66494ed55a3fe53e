"""A model that hangs, a library that aborts, and what they print."""

import json
import shlex
import signal
import subprocess

import numpy as np
import pyarrow as pa
import pytest

import support
from support import howdah


@pytest.fixture
def endless(place, model):
    support.write_rows(place / "in", pa.table({"n": np.arange(100) - 50}))
    return ["run", "--model", model("endless"), "--input", place / "in", "--output",
            place / "out", "--keep", "n"]


def test_a_run_of_the_model_that_does_not_end_is_cancelled(endless, place):
    outcome = howdah(*endless, "--set", "model.timeout=300ms", code=1)
    assert "did not answer within 0.3 s" in outcome.error
    assert "model.timeout" in outcome.error
    assert support.visible_state(place / "out") == "absent"


def test_a_model_that_answers_in_time_is_left_alone(linear):
    howdah(*linear.run, "--set", "model.timeout=1h")
    support.assert_linear(linear.output, linear.rows)


@pytest.mark.parametrize("timeout", ["soon", "5", "-1s"])
def test_a_timeout_that_is_no_duration_is_refused(linear, timeout):
    support.refused(*linear.run, "--set", f"model.timeout={timeout}", words=["model.timeout"])


@pytest.mark.parametrize("number", [signal.SIGABRT, signal.SIGSEGV])
def test_when_a_library_aborts_one_sentence_says_where_and_the_job_resumes(slow_job, number):
    job = slow_job()
    process = support.start(*job.run)
    assert support.wait_until(lambda: len(support.done_splits(job.output)) >= 2, process)
    process.send_signal(number)
    outcome = support.finish(process, code=1)
    assert "TensorFlow ended the process" in outcome.error
    assert "models/slow" in outcome.error and "split " in outcome.error
    assert "same command resumes" in outcome.error
    summary = howdah(*job.run).summary
    assert summary["splits"]["reused"] >= 2
    support.assert_slow(job.output, job.rows)


def test_what_the_model_prints_is_in_the_log_and_nowhere_else(place, model):
    support.write_rows(place / "in", support.linear_rows(10))
    command = ["run", "--model", model("prints"), "--input", place / "in", "--output",
               place / "out", "--log-format", "json"]
    quiet = howdah(*command)
    assert "a word from the model" not in quiet.stderr
    loud = howdah(*command[:5], "--output", place / "again", "--log-format", "json", "-v")
    lines = [json.loads(line) for line in loud.stderr.splitlines()]
    assert any("a word from the model" in line["message"] for line in lines)


def test_what_the_model_prints_to_stdout_does_not_spoil_the_summary(place, model):
    support.write_rows(place / "in", support.linear_rows(10))
    outcome = howdah("run", "--model", model("prints_out"), "--input", place / "in", "--output",
                     place / "out")
    assert outcome.summary["rows"]["written"] == 10


@pytest.mark.parametrize("closed", ["<&-", "2>&-", "<&- 2>&-", "<&- >&- 2>&-"])
def test_closed_descriptors_are_no_trap(linear, closed):
    command = shlex.join(map(str, support.command_line(linear.run)))
    done = subprocess.run(["bash", "-c", f"{command} {closed}"], timeout=120,
                          env=support.environment(), stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL)
    assert done.returncode == 0
    support.assert_linear(linear.output, linear.rows)


def test_a_limit_on_file_sizes_is_an_error_of_the_run(linear):
    command = shlex.join(map(str, support.command_line(linear.run)))
    done = subprocess.run(["bash", "-c", f"ulimit -f 10; {command}"], timeout=120, text=True,
                          env=support.environment(), capture_output=True)
    assert done.returncode == 1, done.stderr
    assert len([line for line in done.stderr.splitlines() if line.startswith("error: ")]) == 1


@pytest.mark.parametrize("verb", ["inspect", "verify", "check", "recover", "gc", "ddl"])
def test_an_answer_that_cannot_be_written_is_an_error(linear, verb):
    howdah(*linear.run)
    arguments = [verb, *linear.flags] if verb == "check" else [verb, linear.output]
    arguments += ["--dialect", "spark"] if verb == "ddl" else []
    with open("/dev/full", "w") as full:
        done = subprocess.run(support.command_line(arguments), stdout=full,
                              stderr=subprocess.PIPE, text=True, env=support.environment())
    assert done.returncode == 1 and "stdout" in done.stderr


def test_a_hang_up_stops_a_run_cleanly(slow_job):
    job = slow_job()
    process = support.start(*job.run)
    assert support.wait_until(lambda: len(support.done_splits(job.output)) >= 1, process)
    process.send_signal(signal.SIGHUP)
    support.finish(process, code=130)
    howdah(*job.run)
    support.assert_slow(job.output, job.rows)


def test_onednn_is_pinned_recorded_and_part_of_the_job(linear, place):
    first = howdah(*linear.run).summary
    assert first["model"]["onednn"] is False
    other = howdah("run", *linear.flags[:4], "--output", place / "other", "--keep", "id", "--set",
                   "model.onednn=true").summary
    assert other["model"]["onednn"] is True
    assert other["job_id"] != first["job_id"]
