#include "commit/verify.h"

#include <gmock/gmock.h>

#include "commit/commit_test_support.h"
#include "storage/local_file_system.h"

namespace howdah {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// "kind path" of each finding.
std::vector<std::string> Short(const std::vector<Finding>& findings) {
  constexpr const char* kNames[] = {"missing", "length", "checksum",
                                    "rows",    "values", "foreign"};
  std::vector<std::string> texts;
  for (const Finding& finding : findings) {
    texts.push_back(
        fmt::format("{} {}", kNames[static_cast<int>(finding.defect)], finding.path));
  }
  return texts;
}

class VerifyTest : public CommitTest {
 protected:
  VerifyTest() {
    ledger_ = Drive(*fs_, environment_, paths_, plan_).ValueOrDie();
    first_ = ledger_.tasks[0].files[0].path;
    nested_ = ledger_.tasks[1].files[1].path;
  }
  std::vector<std::string> Listing() {
    return Short(VerifyListing(*fs_, paths_.dataset, ledger_).ValueOrDie());
  }
  std::vector<std::string> Checksums() {
    return Short(VerifyChecksums(*fs_, paths_.dataset, ledger_).ValueOrDie());
  }
  std::string At(const std::string& path) { return JoinPath(paths_.dataset, path); }

  Ledger ledger_;
  std::string first_, nested_;
};

TEST_F(VerifyTest, AWholeDatasetHasNoFindings) {
  EXPECT_THAT(Listing(), IsEmpty());
  EXPECT_THAT(Checksums(), IsEmpty());
  EXPECT_THAT(VerifyLedger(ledger_), IsEmpty());
}

TEST_F(VerifyTest, AMissingFileIsFoundByTheListingOnly) {
  ASSERT_TRUE(fs_->DeleteFile(At(first_)).ok());
  ASSERT_TRUE(fs_->DeleteTree(At("dt=1")).ok());
  EXPECT_THAT(Listing(), ElementsAre("missing " + nested_, "missing " + first_));
  EXPECT_THAT(Checksums(), IsEmpty());
}

TEST_F(VerifyTest, AnotherLengthIsFoundByTheListingOnly) {
  Put(At(nested_), "longer than it was before, by a few characters");
  const auto findings = VerifyListing(*fs_, paths_.dataset, ledger_).ValueOrDie();
  EXPECT_THAT(Short(findings), ElementsAre("length " + nested_));
  EXPECT_EQ(findings[0].detail, "has 46 bytes, the ledger says 24");
  EXPECT_THAT(Checksums(), IsEmpty());
}

TEST_F(VerifyTest, AFlippedByteIsFoundByTheChecksumOnly) {
  std::string text = Get(At(first_));
  text[3] = static_cast<char>(text[3] ^ 1);
  Put(At(first_), text);
  EXPECT_THAT(Listing(), IsEmpty());
  EXPECT_THAT(Checksums(), ElementsAre("checksum " + first_));
}

TEST_F(VerifyTest, VisibleFilesThatNoLedgerListsAreForeignAtAnyDepth) {
  Put(At("part-x.dat"), "?");
  Put(At("dt=1/part-y.dat"), "?");
  ASSERT_TRUE(fs_->CreateDirectory(At("dt=2")).ok());
  Put(At("dt=2/part-z.dat"), "?");
  auto findings = Listing();
  std::sort(findings.begin(), findings.end());
  EXPECT_THAT(findings, ElementsAre("foreign dt=1/part-y.dat", "foreign dt=2/part-z.dat",
                                    "foreign part-x.dat"));
}

TEST_F(VerifyTest, HiddenNamesAreNotForeignAsReadersDoNotSeeThem) {
  Put(At(".part-x.dat.crc"), "?");
  Put(At("_metadata"), "?");
  Put(At("dt=1/_tmp"), "?");
  ASSERT_TRUE(fs_->CreateDirectory(At("_temporary")).ok());
  Put(At("_temporary/part-x.dat"), "?");
  ASSERT_TRUE(fs_->CreateDirectory(At(".stage")).ok());
  Put(At(".stage/part-x.dat"), "?");
  EXPECT_THAT(Listing(), IsEmpty());
}

TEST_F(VerifyTest, FilesOfTheLedgerInAHiddenPartitionAreFound) {
  ASSERT_TRUE(fs_->Rename(At("dt=1"), At("_dt=1"), IfExists::kFail).ok());
  ledger_.tasks[1].files[1].path = "_" + nested_;
  EXPECT_THAT(Listing(), IsEmpty());
  EXPECT_THAT(Checksums(), IsEmpty());
}

TEST_F(VerifyTest, ADirectoryInThePlaceOfAFileIsAMissingFile) {
  ASSERT_TRUE(fs_->DeleteFile(At(first_)).ok());
  ASSERT_TRUE(fs_->CreateDirectory(At(first_)).ok());
  EXPECT_THAT(Listing(), ElementsAre("missing " + first_));
  EXPECT_THAT(Checksums(), IsEmpty());
}

TEST_F(VerifyTest, ALinkedDirectoryIsForeignAndNotFollowed) {
  const std::unique_ptr<FileSystem> local = MakeLocalFileSystem();
  const std::string root = testing::TempDir() + "howdah_verify_test";
  static_cast<void>(local->DeleteTree(root));
  ASSERT_TRUE(local->CreateDirectory(root).ok());
  ASSERT_EQ(::symlink(root.c_str(), (root + "/loop").c_str()), 0);
  const auto findings = VerifyListing(*local, root, Ledger());
  ASSERT_TRUE(findings.ok()) << findings.status();
  EXPECT_THAT(Short(*findings), ElementsAre("foreign loop"));
  ASSERT_TRUE(local->DeleteTree(root).ok());
}

TEST_F(VerifyTest, AFailureToLookIsAnErrorAndNotAFinding) {
  FaultyFileSystem broken(*fs_, [](const CallInfo& call) {
    return call.path.ends_with("dt=1") ? Fault{Fault::Kind::kFail} : Fault{};
  });
  EXPECT_TRUE(
      Is(VerifyListing(broken, paths_.dataset, ledger_).status(), ErrorKind::kTransient));
}

TEST_F(VerifyTest, RowsThatDoNotAddUpAreFoundInTheLedgerAlone) {
  const auto findings_with = [&](auto change) {
    Ledger changed = ledger_;
    change(changed);
    std::string text;
    for (const Finding& finding : VerifyLedger(changed)) text += finding.detail + "\n";
    return text;
  };
  EXPECT_EQ(findings_with([](Ledger& l) { l.plan.splits[0].parts[0].rows = 11; }),
            "split 0: 10 input rows were read, the plan says 11\n");
  EXPECT_EQ(findings_with([](Ledger& l) { l.tasks[1].rows_quarantined = 5; }),
            "split 1: 16 rows written and 5 quarantined do not make 20 input rows\n"
            "split 1: its quarantine has 4 rows, the manifest says 5 were quarantined\n");
  EXPECT_EQ(findings_with([](Ledger& l) { l.tasks[1].files[0].rows = 9; }),
            "split 1: its files have 17 rows, the manifest says 16 were written\n");
  EXPECT_EQ(findings_with([](Ledger& l) { l.tasks[1].quarantine[0].rows = 3; }),
            "split 1: its quarantine has 3 rows, the manifest says 4 were quarantined\n");
  EXPECT_EQ(findings_with([](Ledger& l) { l.tasks.pop_back(); }),
            "split 1: is in the ledger 0 times\n");
  EXPECT_THAT(findings_with([](Ledger& l) { l.tasks.push_back(l.tasks[0]); }),
              HasSubstr("split 0: is in the ledger 2 times\n"));
  EXPECT_THAT(findings_with([](Ledger& l) { l.tasks[0].split = 2; }),
              HasSubstr("split 2: is not in the plan\n"));
  EXPECT_THAT(findings_with(
                  [](Ledger& l) { l.tasks[1].files[0].path = l.tasks[0].files[0].path; }),
              HasSubstr("is in the ledger twice\n"));
}

}  // namespace
}  // namespace howdah
