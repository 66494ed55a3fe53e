#include "cli/fs/listing.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace howdah::cli {
namespace {

class Listing : public testing::Test {
 protected:
  Listing() {
    setenv("TZ", "UTC", /*overwrite=*/1);
    tzset();
    file_.place.shown = "/d/file";
    file_.entry.path = "/d/file";
    file_.entry.type = FileType::kFile;
    file_.entry.size = 1536;
    file_.entry.mode = 0644;
    file_.entry.owner = "root";
    file_.entry.group = "supergroup";
    file_.entry.replication = 3;
    directory_ = file_;
    directory_.entry.type = FileType::kDirectory;
    directory_.entry.size = 0;
    directory_.entry.mode = 01755;
    directory_.entry.owner = "hdfs";
    directory_.entry.has_acl = true;
    directory_.place.shown = "/d/a\nb";
  }

  std::string Text(ListingStyle style) {
    ListingLines lines(style);
    lines.Widen(file_.entry);
    lines.Widen(directory_.entry);
    return lines.Line(file_) + lines.Line(directory_);
  }

  Found file_, directory_;
};

TEST_F(Listing, HasTheColumnsOfHadoop) {
  EXPECT_EQ(Text({}),
            "-rw-r--r--   3 root supergroup       1536 1970-01-01 00:00 /d/file\n"
            "drwxr-xr-t+  - hdfs supergroup          0 1970-01-01 00:00 /d/a\nb\n");
}

TEST_F(Listing, ShowsSizesForPeopleAndNamesForTerminals) {
  EXPECT_EQ(Text({.printable = true, .sizes = SizeStyle::kHuman}),
            "-rw-r--r--   3 root supergroup      1.5 K 1970-01-01 00:00 /d/file\n"
            "drwxr-xr-t+  - hdfs supergroup          0 1970-01-01 00:00 /d/a?b\n");
}

TEST_F(Listing, BecomesWiderForLongValues) {
  file_.entry.size = 123'456'789'012;
  directory_.entry.owner = "administrator";
  EXPECT_EQ(
      Text({}),
      "-rw-r--r--   3 root          supergroup 123456789012 1970-01-01 00:00 /d/file\n"
      "drwxr-xr-t+  - administrator supergroup            0 1970-01-01 00:00 /d/a\nb\n");
}

TEST_F(Listing, MayBePathsOnly) {
  EXPECT_EQ(Text({.paths_only = true}), "/d/file\n/d/a\nb\n");
}

}  // namespace
}  // namespace howdah::cli
