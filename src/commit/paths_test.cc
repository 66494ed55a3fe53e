#include "commit/paths.h"

#include <gtest/gtest.h>

#include "commit/work_directory.h"

namespace howdah {
namespace {

TEST(Paths, StagingIsAHiddenSiblingOfTheDataset) {
  const DatasetPaths paths = DatasetPaths::For("/lake/out", "").ValueOrDie();
  EXPECT_EQ(paths.dataset, "/lake/out");
  EXPECT_EQ(paths.staging, "/lake/.out.howdah");
  EXPECT_EQ(paths.tmp(), "/lake/.out.howdah/tmp");
  EXPECT_EQ(paths.work("j", 2), "/lake/.out.howdah/jobs/j.2");
  EXPECT_EQ(DatasetPaths::For("/dt=2026-11-22/", "")->staging, "/.dt=2026-11-22.howdah");
}

TEST(Paths, GivenStagingHoldsADirectoryOfTheDatasetsOwn) {
  // printf /lake/out | sha256sum
  EXPECT_EQ(DatasetPaths::For("/lake/out", "/stage/")->staging,
            "/stage/.out-3cf645971f9a5f96.howdah");
  EXPECT_NE(DatasetPaths::For("/lake/a/out", "/stage")->staging,
            DatasetPaths::For("/lake/b/out", "/stage")->staging);
}

TEST(Paths, PathsThatCannotWorkAreRefused) {
  for (const char* dataset : {"", "out", "/", "//", "/a/../b", "/a/./b", "/a//b"}) {
    EXPECT_TRUE(Is(DatasetPaths::For(dataset, "").status(), ErrorKind::kInvalidInput))
        << dataset;
  }
  for (const char* staging : {"/lake/out", "/lake/out/x", "stage", "/lake/../stage"}) {
    EXPECT_TRUE(
        Is(DatasetPaths::For("/lake/out", staging).status(), ErrorKind::kInvalidInput))
        << staging;
  }
  EXPECT_TRUE(DatasetPaths::For("/lake/out", "/lake/out2").ok());
}

TEST(Paths, JobIdsAreEscapedAndReadBack) {
  const DatasetPaths paths = DatasetPaths::For("/lake/out", "").ValueOrDie();
  for (const std::string id : {"a", "a.1", "..", "a b", "x:y/z%41", "täglich"}) {
    const WorkDirectory work = WorkDirectory::Of(paths, id, 12);
    const std::string name = work.path.substr(paths.jobs().size() + 1);
    EXPECT_EQ(name.find('/'), name.npos) << name;
    const auto parsed = WorkDirectory::Parse(paths, name);
    ASSERT_TRUE(parsed) << name;
    EXPECT_EQ(parsed->job_id, id);
    EXPECT_EQ(parsed->generation, 12);
  }
  EXPECT_EQ(paths.work("x:y/z", 1), "/lake/.out.howdah/jobs/x%3Ay%2Fz.1");
  for (const char* name : {"a", "a.", ".1", "a.0", "a.-1", "a.01", "a.1x", "x:y.1",
                           "%61.1", "a.99999999999999999999"}) {
    EXPECT_FALSE(WorkDirectory::Parse(paths, name)) << name;
  }
}

TEST(Paths, DataFilesOfTwoGenerationsNeverShareAName) {
  const DatasetPaths paths = DatasetPaths::For("/lake/out", "").ValueOrDie();
  // printf nightly.1 | sha256sum
  EXPECT_EQ(WorkDirectory::Of(paths, "nightly", 1).DataFileName(42, 0, ".parquet"),
            "part-00042-0-0103c19d477e421a.parquet");
  EXPECT_NE(WorkDirectory::Of(paths, "nightly", 2).DataFileName(42, 0, ".parquet"),
            WorkDirectory::Of(paths, "nightly", 1).DataFileName(42, 0, ".parquet"));
}

TEST(Paths, OnlyPlainRelativePathsAreAccepted) {
  for (const char* path : {"a", "a/b", "dt=1/part-0.parquet", "...", "a b"}) {
    EXPECT_TRUE(IsPlainRelativePath(path)) << path;
  }
  for (const char* path :
       {"", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/..", "a/./b"}) {
    EXPECT_FALSE(IsPlainRelativePath(path)) << path;
  }
  EXPECT_FALSE(IsPlainRelativePath(std::string_view("a\0b", 3)));
}

TEST(Paths, ManifestNamesAreReadBack) {
  EXPECT_EQ(ManifestName(42), "00042.json");
  EXPECT_EQ(ManifestName(123456), "123456.json");
  EXPECT_EQ(ParseManifestName("00042.json"), 42);
  EXPECT_EQ(ParseManifestName("123456.json"), 123456);
  for (const char* name :
       {"42.json", "00042", "00042.json.tmp", ".json", "-0001.json", ""}) {
    EXPECT_FALSE(ParseManifestName(name)) << name;
  }
}

}  // namespace
}  // namespace howdah
