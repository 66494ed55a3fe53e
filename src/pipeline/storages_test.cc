#include "pipeline/storages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace howdah {
namespace {

using testing::HasSubstr;

std::string PathOf(std::string_view url) {
  const Storages storages = Storages::Builtin();
  const Result<Location> location = storages.Resolve(url);
  return location.ok() ? location->path : "error: " + location.status().message();
}

TEST(Storages, LocalPathsBecomeAbsoluteAndNormal) {
  EXPECT_EQ(PathOf("/a//b/./c/../d/"), "/a/b/d");
  EXPECT_EQ(PathOf("file:///a/b"), "/a/b");
  EXPECT_EQ(PathOf("//a"), "/a");
  EXPECT_EQ(PathOf("/"), "/");
  EXPECT_EQ(PathOf("x/y"), (std::filesystem::current_path() / "x/y").string());
}

TEST(Storages, PathsMayHoldWhatLooksLikeAnUrl) {
  EXPECT_EQ(PathOf("/a b/dt=1/%41/é://x"), "/a b/dt=1/%41/é:/x");
}

TEST(Storages, HdfsUrlsNameAServiceAndAPath) {
  unsetenv("HADOOP_CONF_DIR");
  unsetenv("HADOOP_HOME");
  const Storages storages = Storages::Builtin();
  const Location location = storages.Resolve("hdfs://nn//a/./b/../c%20d/").ValueOrDie();
  EXPECT_EQ(location.path, "/a/c%20d");
  EXPECT_EQ(location.url, "hdfs://nn:8020/a/c%20d");
  EXPECT_EQ(storages.Resolve("hdfs://nn:8020/x")->fs, location.fs);
  EXPECT_NE(storages.Resolve("hdfs://nn:9000/x")->fs, location.fs);
  EXPECT_EQ(storages.Resolve("hdfs://nn")->path, "/");
  EXPECT_EQ(location.block_bytes, 128 << 20);
  EXPECT_EQ(storages.Resolve("/x")->block_bytes, 0);
  EXPECT_THAT(PathOf("hdfs://nn:port/x"), HasSubstr("'nn:port' is not host:port"));
}

TEST(Storages, UnknownSchemesAndHostsAreRefused) {
  EXPECT_THAT(PathOf("s3://bucket/x"), HasSubstr("no storage for the scheme 's3'"));
  EXPECT_THAT(PathOf("file://host/x"), HasSubstr("names a host"));
  EXPECT_THAT(PathOf(""), HasSubstr("empty"));
  EXPECT_THAT(PathOf(std::string_view("a\0b", 3)), HasSubstr("NUL"));
}

}  // namespace
}  // namespace howdah
