#include "pipeline/storages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

TEST(Storages, UnknownSchemesAndHostsAreRefused) {
  EXPECT_THAT(PathOf("s3://bucket/x"), HasSubstr("no storage for the scheme 's3'"));
  EXPECT_THAT(PathOf("file://host/x"), HasSubstr("names a host"));
  EXPECT_THAT(PathOf(""), HasSubstr("empty"));
  EXPECT_THAT(PathOf(std::string_view("a\0b", 3)), HasSubstr("NUL"));
}

}  // namespace
}  // namespace howdah
