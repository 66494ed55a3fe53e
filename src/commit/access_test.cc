// What a published tree has of its parent's owner, group, mode and access control list.
#include "commit/access.h"

#include <gmock/gmock.h>

#include "commit/commit_test_support.h"
#include "testing/storage/expect_kind.h"

namespace howdah {
namespace {

using Scope = AclEntry::Scope;
using Kind = AclEntry::Kind;
using testing::ElementsAre;

constexpr char kData[] = "/lake/out";

/// "owner:group 2770", and the lines of its list.
std::string Describe(FileSystem& fs, const std::string& path) {
  const FileInfo info = fs.Stat(path).ValueOrDie();
  std::string text = fmt::format("{}:{} {:o}", info.owner, info.group, info.mode);
  for (const AclEntry& entry : fs.GetAcl(path).ValueOrDie()) {
    text +=
        fmt::format(" {}{}:{}:{}", entry.scope == Scope::kDefault ? "d:" : "",
                    "ugmo"[static_cast<int>(entry.kind)], entry.name, entry.permissions);
  }
  return text;
}

class AccessTest : public CommitTest {
 protected:
  void SetUp() override {
    ASSERT_DONE(CreateDirectories(*fs_, "/lake"));
    SetParent("lord", "lords", 02775);
  }

  void SetParent(const std::string& owner, const std::string& group, uint32_t mode,
                 const Acl& acl = {}) {
    ASSERT_DONE(fs_->SetAcl("/lake", acl));
    ASSERT_DONE(fs_->SetPermission("/lake", mode));
    ASSERT_DONE(fs_->SetOwner("/lake", owner, group));
  }

  /// Publish `plan` in a process for which `hook` decides.
  void Publish(const JobPlan& plan, const FaultHook& hook = nullptr) {
    FaultyFileSystem process(*fs_, [&](const CallInfo& call) {
      if (call.name.starts_with("Set")) changes_.push_back(call.path);
      return hook ? hook(call) : Fault{};
    });
    const auto ledger = Drive(process, environment_, paths_, plan);
    ASSERT_DONE(ledger) << ledger.status();
  }

  /// What all directories and all files of the dataset are, each once.
  std::pair<std::set<std::string>, std::set<std::string>> Landed(
      const std::string& root = kData) {
    std::set<std::string> directories = {Describe(*fs_, root)}, files;
    for (const auto& [name, text] : Tree(*fs_, root)) {
      if (name.ends_with('/')) {
        directories.insert(Describe(*fs_, root + "/" + name.substr(0, name.size() - 1)));
      } else {
        files.insert(Describe(*fs_, root + "/" + name));
      }
    }
    EXPECT_FALSE(files.empty());
    return {directories, files};
  }

  void ExpectLanded(const std::string& directories, const std::string& files,
                    const std::string& root = kData) {
    const auto landed = Landed(root);
    EXPECT_THAT(landed.first, ElementsAre(directories));
    EXPECT_THAT(landed.second, ElementsAre(files));
  }

  static FaultHook Refuse(std::string_view call_name) {
    return [call_name](const CallInfo& call) {
      return call.name == call_name
                 ? Fault{Fault::Kind::kFail, ErrorKind::kPermissionDenied}
                 : Fault{};
    };
  }

  static Acl ListOf(Scope scope, uint32_t mode, uint32_t mask) {
    return {{scope, Kind::kUser, "", mode >> 6 & 7},
            {scope, Kind::kUser, "bob", 7},
            {scope, Kind::kGroup, "", mode >> 3 & 7},
            {scope, Kind::kMask, "", mask},
            {scope, Kind::kOther, "", mode & 7}};
  }

  std::vector<std::string> changes_;
};

TEST_F(AccessTest, OwnerGroupAndModeAreTheParents) {
  Publish(plan_);
  ExpectLanded("lord:lords 2775", "lord:lords 664");
}

TEST_F(AccessTest, NothingIsAskedForWhereTheStorageHasHandedItDown) {
  SetParent("howdah", "howdah", 0755);
  Publish(plan_);
  EXPECT_THAT(changes_, ElementsAre());
  ExpectLanded("howdah:howdah 755", "howdah:howdah 644");
}

TEST_F(AccessTest, OwnersCanGoOnWorkingWithWhatIsTheirs) {
  SetParent("lord", "lords", 0050);
  Publish(plan_);
  ExpectLanded("lord:lords 750", "lord:lords 640");
}

TEST_F(AccessTest, InASharedDirectoryOfEverybodyNothingIsCopied) {
  SetParent("root", "wheel", 01777);
  Publish(plan_);
  EXPECT_THAT(changes_, ElementsAre());
  ExpectLanded("howdah:howdah 755", "howdah:howdah 644");
}

TEST_F(AccessTest, WhoMayNotGiveTheOwnerIsAskedOnce) {
  Publish(plan_, [&](const CallInfo& call) {
    // The first SetOwner of an entry gives its group.
    const bool group =
        fs_->Stat(call.path).ok() && fs_->Stat(call.path)->group != "lords";
    return call.name == "SetOwner" && !group
               ? Fault{Fault::Kind::kFail, ErrorKind::kPermissionDenied}
               : Fault{};
  });
  ExpectLanded("howdah:lords 2775", "howdah:lords 664");
}

TEST_F(AccessTest, AGroupThatTheParentDoesNotNameGetsNoMoreThanOthers) {
  for (const auto& [mode, directory, file] : {std::tuple{02770u, "700", "600"},
                                              {02775u, "755", "644"},
                                              {0711u, "711", "600"}}) {
    Reset();
    SetUp();
    SetParent("lord", "lords", mode);
    Publish(plan_, Refuse("SetOwner"));
    ExpectLanded(std::string("howdah:howdah ") + directory,
                 std::string("howdah:howdah ") + file);
  }
}

TEST_F(AccessTest, ADefaultListIsInheritedAsPosixHasIt) {
  SetParent("lord", "lords", 02700, ListOf(Scope::kDefault, 0750, 7));
  Publish(plan_);
  ExpectLanded(
      "lord:lords 2770 u::7 u:bob:7 g::5 m::7 o::0 d:u::7 d:u:bob:7 d:g::5 d:m::7 d:o::0",
      "lord:lords 660 u::6 u:bob:7 g::5 m::6 o::0");
}

TEST_F(AccessTest, ADefaultListIsClosedToAGroupThatTheParentDoesNotName) {
  SetParent("lord", "lords", 02700, ListOf(Scope::kDefault, 0751, 7));
  Publish(plan_, Refuse("SetOwner"));
  ExpectLanded(
      "howdah:howdah 771 u::7 u:bob:7 g::1 m::7 o::1 d:u::7 d:u:bob:7 d:g::1 d:m::7 "
      "d:o::1",
      "howdah:howdah 660 u::6 u:bob:7 g::1 m::6 o::0");
}

TEST_F(AccessTest, TheMaskOfTheParentsOwnListIsNotTakenForItsGroup) {
  SetParent("lord", "lords", 0770, ListOf(Scope::kAccess, 0710, 7));
  Publish(plan_);
  ExpectLanded("lord:lords 710", "lord:lords 600");
}

TEST_F(AccessTest, AListThatStagingHandedDownIsTakenAway) {
  SetParent("lord", "lords", 0750);
  const auto job = MustOpen(plan_);
  const std::string data = paths_.work("nightly", 1) + "/data";
  Acl acl = ListOf(Scope::kAccess, 0777, 7);
  for (const AclEntry& entry : ListOf(Scope::kDefault, 0777, 7)) acl.push_back(entry);
  ASSERT_DONE(fs_->SetAcl(data, acl));
  Publish(plan_);
  ExpectLanded("lord:lords 750", "lord:lords 640");
}

TEST_F(AccessTest, ARunOfModeAppendHasWhatItsDatasetHasAndThatWhatItsParentHas) {
  JobPlan plan = MakePlan("nightly");
  plan.mode = PublishMode::kAppend;
  Publish(plan);
  EXPECT_EQ(Describe(*fs_, kData), "lord:lords 2775");
  EXPECT_EQ(Describe(*fs_, "/lake/out/.howdah-append"), "lord:lords 664");
  ExpectLanded("lord:lords 2775", "lord:lords 664", "/lake/out/run_id=nightly");
  ASSERT_DONE(fs_->SetPermission(kData, 0750));
  plan.job_id = "weekly";
  Publish(plan);
  ExpectLanded("lord:lords 750", "lord:lords 640", "/lake/out/run_id=weekly");
}

TEST_F(AccessTest, WhatIsPutInADatasetsPlaceHasWhatTheParentHas) {
  Publish(plan_);
  SetParent("duke", "dukes", 0750);
  JobPlan plan = MakePlan("other");
  plan.mode = PublishMode::kOverwrite;
  Publish(plan);
  ExpectLanded("duke:dukes 750", "duke:dukes 640");
}

TEST_F(AccessTest, AStorageThatKeepsNoPermissionsIsNoReasonNotToPublish) {
  Publish(plan_, Refuse("SetPermission"));
  ExpectLanded("lord:lords 755", "lord:lords 644");
}

TEST_F(AccessTest, ATreeThatHasBeenMovedAwayIsNotFound) {
  EXPECT_KIND(GiveAccessOf(*fs_, "/lake", "/lake/moved"), kNotFound);
  EXPECT_KIND(GiveAccessOf(*fs_, "/absent", "/lake"), kNotFound);
}

// ---- One misfortune at every call

TEST_F(AccessTest, AfterACrashAtAnyCallTheSameCommandGivesTheRest) {
  for (int64_t k = 0;; ++k) {
    Reset();
    SetUp();
    FaultyFileSystem process(*fs_, [&](const CallInfo& call) {
      const auto dataset = fs_->Stat(kData);
      if (dataset.ok()) {
        EXPECT_EQ(dataset->mode, 02775u) << "published before it was given";
      }
      return call.index == k ? Fault{Fault::Kind::kCrashAfter} : Fault{};
    });
    static_cast<void>(Drive(process, environment_, paths_, plan_));
    if (process.calls() <= k) break;
    SCOPED_TRACE(k);
    Publish(plan_);
    ExpectLanded("lord:lords 2775", "lord:lords 664");
    if (HasFailure()) return;
  }
}

TEST_F(AccessTest, AnotherDriverMayFinishTheJobAtAnyOfTheCalls) {
  int paused = 0;
  for (int64_t k = 0;; ++k) {
    Reset();
    SetUp();
    int64_t change = 0;
    bool struck = false;
    FaultyFileSystem process(*fs_, [&](const CallInfo& call) {
      if (call.name.starts_with("Set") && change++ == k) {
        struck = true;
        EXPECT_DONE(Drive(*fs_, environment_, paths_, plan_));
      }
      return Fault{};
    });
    const auto ledger = Drive(process, environment_, paths_, plan_);
    EXPECT_DONE(ledger) << ledger.status();
    ExpectLanded("lord:lords 2775", "lord:lords 664");
    if (!struck || HasFailure()) break;
    ++paused;
  }
  EXPECT_GT(paused, 10);
}

}  // namespace
}  // namespace howdah
