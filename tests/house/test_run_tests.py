"""tools/run_tests.py counts honestly: what did not run and pass has failed."""

import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tools"))
import run_tests  # noqa: E402


def test_a_ctest_report_is_counted_by_case(tmp_path):
    (tmp_path / "CTestTestfile.cmake").write_text("""
add_test(good true)
add_test(bad false)
add_test(not_built /no/such/program)
add_test(skipped sh -c "exit 77")
set_tests_properties(skipped PROPERTIES SKIP_RETURN_CODE 77)
add_test(disabled true)
set_tests_properties(disabled PROPERTIES DISABLED TRUE)
""")
    report = tmp_path / "report.xml"
    subprocess.run(["ctest", "--test-dir", tmp_path, "--output-junit", report],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    count = run_tests.read_report(report)
    assert count.passed == 1
    assert [name.split(".")[0] for name in sorted(count.failed)] == [
        "bad", "disabled", "not_built", "skipped"]


def test_a_pytest_report_is_counted_by_case(tmp_path):
    (tmp_path / "test_x.py").write_text("""
import pytest
def test_good(): pass
def test_bad(): assert False
@pytest.mark.skip
def test_skipped(): pass
@pytest.fixture
def broken(): raise OSError
def test_error(broken): pass
""")
    report = tmp_path / "report.xml"
    subprocess.run([sys.executable, "-m", "pytest", "-p", "no:cacheprovider", tmp_path,
                    f"--junitxml={report}"], stdout=subprocess.DEVNULL)
    count = run_tests.read_report(report)
    assert count.passed == 1
    assert [name.split(".")[-1] for name in sorted(count.failed)] == [
        "test_bad", "test_error", "test_skipped"]


@pytest.mark.parametrize("code, reason", [("", "no tests"), ("raise SystemExit(3)", "an error")])
def test_a_suite_without_any_case_has_failed(tmp_path, code, reason):
    count = run_tests.run_suite("x", [sys.executable, "-c", code], tmp_path / "none.xml")
    assert count.passed == 0 and len(count.failed) == 1 and reason in count.failed[0]


def test_the_report_of_an_earlier_run_does_not_count(tmp_path):
    report = tmp_path / "old.xml"
    report.write_text('<testsuite><testcase name="old"/></testsuite>')
    assert run_tests.run_suite("x", [sys.executable, "-c", ""], report).passed == 0


def test_a_suite_that_fails_after_its_cases_passed_has_failed(tmp_path):
    report = tmp_path / "report.xml"
    code = f"""
open({str(report)!r}, "w").write('<testsuite><testcase name="good"/></testsuite>')
raise SystemExit(1)"""
    count = run_tests.run_suite("x", [sys.executable, "-c", code], report)
    assert (count.passed, len(count.failed)) == (1, 1)
