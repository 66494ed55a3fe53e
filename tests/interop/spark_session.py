"""One Spark with Hive's SerDes for all tests of a session."""

import functools
import tempfile


@functools.cache
def spark():
    from pyspark.sql import SparkSession

    folder = tempfile.mkdtemp(prefix="howdah-spark-")
    session = (SparkSession.builder.master("local[1]")
               .config("spark.ui.enabled", "false")
               .config("spark.driver.memory", "1g")
               .config("spark.sql.session.timeZone", "UTC")
               .config("spark.sql.warehouse.dir", f"{folder}/warehouse")
               .config("spark.driver.extraJavaOptions",
                       f"-Dderby.system.home={folder} -Duser.timezone=UTC")
               .config("spark.hadoop.javax.jdo.option.ConnectionURL",
                       "jdbc:derby:memory:interop;create=true")
               .enableHiveSupport().getOrCreate())
    session.sparkContext.setLogLevel("ERROR")
    return session
