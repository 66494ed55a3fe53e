"""The storage contract's suite on HDFS."""

import subprocess

from testing.cluster import programs


def test_hdfs_keeps_the_contract_of_storage(hdfs):
    environment = {**programs.environment(hdfs), "HOWDAH_TEST_HDFS": hdfs.url}
    result = subprocess.run([programs.BIN / "hdfs_conformance", "--gtest_brief=1"], env=environment,
                            capture_output=True, text=True, timeout=280)
    assert result.returncode == 0, result.stdout[-20000:] + result.stderr[-5000:]
    assert "[  PASSED  ]" in result.stdout
