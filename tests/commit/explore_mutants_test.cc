// Bugs that landing protocols have had (and that this one was designed against), planted
// one at a time: the explorer must find each. A bug sits between the real code and its
// file system and changes the calls into those that wrong code would make.

#include <gmock/gmock.h>

#include "base/log.h"
#include "landing_world.h"
#include "testing/explore/explorer.h"
#include "testing/storage/forwarding_file_system.h"

namespace howdah {
namespace {

using testing::HasSubstr;

constexpr char kDataset[] = "/lake/out";

template <typename Bug>
Disguise Plant() {
  return [](FileSystem& fs, Environment&) { return std::make_unique<Bug>(fs); };
}

bool IsManifest(const std::string& path) {
  return path.find("/done/") != path.npos && path.ends_with(".json");
}

class ExploreMutants : public testing::Test {
 protected:
  ExploreMutants() {
    static const bool quiet = (InitLog(LogFormat::kText, LogLevel::kError), true);
    static_cast<void>(quiet);
  }

  /// \return what is wrong.
  static std::string Find(const Scenario& scenario) {
    Budget budget;
    budget.seconds = 500;  // much more than is needed: it ends when the bug is found
    const Exploration explored = Explore(scenario, budget);
    fmt::print("explored {}: found by schedule {} of {} deviations, '{}'\n",
               scenario.name, explored.schedules + explored.random_schedules,
               explored.schedule.size(), Describe(explored.schedule));
    fmt::print("{}\n", explored.violation);
    if (explored.violation.empty()) return explored.violation;
    EXPECT_EQ(Replay(scenario, explored.schedule).violation, explored.violation);
    return explored.violation;
  }

  Scenario TwoDrivers(const std::string& name, const Disguise& bug) {
    return world_.Make(name,
                       {world_.Driver(plan_, Restart::kNo, bug),
                        world_.Driver(plan_, Restart::kNo, bug)},
                       {plan_}, {ErrorKind::kCommitConflict});
  }

  LandingWorld world_{1};
  const JobPlan plan_ = world_.Plan("a");
};

/// A task that could not commit cleans up after itself.
class LosersDelete final : public ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;
  Status CreateDirectory(const std::string& path, uint32_t mode) override {
    if (path.find("/att/") != path.npos) attempt_ = path;
    return inner_.CreateDirectory(path, mode);
  }
  Status Rename(const std::string& from, const std::string& to,
                IfExists if_exists) override {
    Status renamed = inner_.Rename(from, to, if_exists);
    if (!renamed.ok() && IsManifest(to)) {
      static_cast<void>(inner_.DeleteTree(attempt_));
    }
    return renamed;
  }

 private:
  std::string attempt_;
};

TEST_F(ExploreMutants, ALosingTaskThatDeletesItsFilesLosesRows) {
  EXPECT_THAT(Find(TwoDrivers("losers delete", Plant<LosersDelete>())),
              HasSubstr("is in a committed manifest"));
}

/// The last manifest wins.
class LastWins : public ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;
  Status Rename(const std::string& from, const std::string& to,
                IfExists if_exists) override {
    return inner_.Rename(from, to, IsManifest(to) ? IfExists::kReplace : if_exists);
  }
};

TEST_F(ExploreMutants, ManifestsOfWhichTheLastWinsBreakAPromise) {
  EXPECT_THAT(Find(TwoDrivers("last wins", Plant<LastWins>())),
              HasSubstr("was told that it was committed"));
}

/// And nothing is sealed: manifests are read from where they can still change.
class NoSeal final : public LastWins {
 public:
  using LastWins::LastWins;
  Result<FileInfo> Stat(const std::string& path) override {
    return inner_.Stat(sealed_ ? InDone(path) : path);
  }
  Result<std::unique_ptr<ByteSource>> OpenInput(const std::string& path) override {
    return inner_.OpenInput(InDone(path));
  }
  Status Rename(const std::string& from, const std::string& to,
                IfExists if_exists) override {
    if (!to.ends_with("/sealed")) return LastWins::Rename(from, to, if_exists);
    sealed_ = true;
    return Status::OK();
  }

 private:
  static std::string InDone(std::string path) {
    const size_t at = path.find("/sealed");
    return at == path.npos ? path : path.replace(at, 7, "/done");
  }
  bool sealed_ = false;
};

TEST_F(ExploreMutants, WithoutASealTwoAttemptsOfOneSplitMeet) {
  EXPECT_NE(Find(TwoDrivers("no seal", Plant<NoSeal>())), "");
}

/// First the data, then the ledger.
class LedgerLast final : public ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;
  Result<std::unique_ptr<ByteSource>> OpenInput(const std::string& path) override {
    return inner_.OpenInput(path.ends_with("/data/.howdah-ledger") ? ledger_ : path);
  }
  Status Rename(const std::string& from, const std::string& to,
                IfExists if_exists) override {
    if (to.ends_with("/data/.howdah-ledger")) {
      ledger_ = from;
      return Status::OK();
    }
    const Status renamed = inner_.Rename(from, to, if_exists);
    if (!renamed.ok() || to != kDataset) return renamed;
    return inner_.Rename(ledger_, JoinPath(kDataset, kLedgerName), IfExists::kFail);
  }

 private:
  std::string ledger_;
};

TEST_F(ExploreMutants, ALedgerWrittenAfterThePublishComesTooLate) {
  EXPECT_THAT(Find(TwoDrivers("ledger last", Plant<LedgerLast>())),
              HasSubstr("files without a ledger"));
}

/// Make room, then rename.
class DeletesFirst final : public ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;
  Status Rename(const std::string& from, const std::string& to,
                IfExists if_exists) override {
    if (to == kDataset) static_cast<void>(inner_.DeleteTree(kDataset));
    return inner_.Rename(from, to, if_exists);
  }
};

TEST_F(ExploreMutants, DeletingTheDatasetBeforeTheRenameTakesAnothersAway) {
  const JobPlan other = world_.Plan("b");
  const Disguise bug = Plant<DeletesFirst>();
  EXPECT_THAT(Find(world_.Make("delete, then rename",
                               {world_.Driver(plan_, Restart::kNo, bug),
                                world_.Driver(other, Restart::kNo, bug)},
                               {plan_, other},
                               {ErrorKind::kCommitConflict, ErrorKind::kAlreadyExists})),
              HasSubstr("readers saw"));
}

/// No answer is taken for a failure, after which one cleans up and begins anew.
class DoesNotLook final : public ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;
  Status Rename(const std::string& from, const std::string& to,
                IfExists if_exists) override {
    const Status renamed = inner_.Rename(from, to, if_exists);
    if (to != kDataset || !Is(renamed, ErrorKind::kCommitStateUnknown)) return renamed;
    static_cast<void>(inner_.DeleteTree(kDataset));
    return Error(ErrorKind::kTransient, "the publish failed");
  }
};

TEST_F(ExploreMutants, NotLookingAfterALostAnswerLosesTheDataset) {
  EXPECT_THAT(Find(TwoDrivers("no look after a lost answer", Plant<DoesNotLook>())),
              HasSubstr("readers saw"));
}

/// Clean-up leaves nothing, not even the names that stop late processes.
class RemovesAll final : public ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;
  Status DeleteTree(const std::string& path) override {
    return inner_.DeleteTree(path.ends_with("/att") ? ParentPath(path) : path);
  }
};

TEST_F(ExploreMutants, WithoutTombstonesALateProcessPublishesAnothersHalf) {
  // The generation is abandoned and removed; its number is given again, and the late
  // driver publishes what the new one has not finished.
  Scenario scenario = world_.Make(
      "no tombstones",
      {world_.Driver(plan_), world_.UnnotedAbandoner("a", Plant<RemovesAll>()),
       world_.Driver(plan_)},
      {plan_}, world_.AnyError());
  world_.LeaveDone(scenario, plan_, LandingWorld::Noted::kNo);
  EXPECT_NE(Find(scenario), "");
}

/// gc forgets which numbers were given.
class ForgetsNumbers final : public ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;
  Status CreateDirectory(const std::string& path, uint32_t mode) override {
    if (path.find("/retired/") != path.npos) return Status::OK();
    return inner_.CreateDirectory(path, mode);
  }
};

TEST_F(ExploreMutants, AGcThatForgetsNumbersLetsALateProcessPublishAnothersHalf) {
  const GcOptions at_once = {
      .older_than_us = 0, .unfinished_older_than_us = 0, .remove = true};
  const Actor collect = world_.Collector(at_once, Plant<ForgetsNumbers>());
  const Actor twice = [collect](FileSystem& fs, Environment& environment) {
    HOWDAH_RETURN_IF_ERROR(collect(fs, environment));  // withdraws
    return collect(fs, environment);                   // removes
  };
  Scenario scenario = world_.Make("gc forgets numbers",
                                  {world_.Driver(plan_), twice, world_.Driver(plan_)},
                                  {plan_}, world_.AnyError());
  world_.LeaveDone(scenario, plan_, LandingWorld::Noted::kNo);
  EXPECT_NE(Find(scenario), "");
}

/// A dataset is put aside under any name, so that nothing tells that it was done before.
class AnyPlaceAside final : public ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;
  Status Rename(const std::string& from, const std::string& to,
                IfExists if_exists) override {
    if (from != kDataset) return inner_.Rename(from, to, if_exists);
    const std::string another = to + std::to_string(++places_);
    return inner_.Rename(from, another, if_exists);
  }
  Result<FileInfo> Stat(const std::string& path) override {
    const bool aside = places_ > 0 && path.ends_with("/out");
    return inner_.Stat(aside ? path + std::to_string(places_) : path);
  }

 private:
  int places_ = 0;
};

TEST_F(ExploreMutants, AsideUnderAnyNameTakesTheNewDatasetAway) {
  const JobPlan swap = world_.Plan("a", "m", PublishMode::kOverwrite);
  const Disguise bug = Plant<AnyPlaceAside>();
  Scenario scenario = world_.Make(
      "aside under any name",
      {world_.Driver(swap, Restart::kNo, bug), world_.Driver(swap, Restart::kNo, bug)},
      {swap}, world_.AnyError());
  world_.LeavePublished(scenario, world_.Plan("old"));
  world_.LeaveDone(scenario, swap, LandingWorld::Noted::kNo);
  scenario.may_become = [](const std::string& before, const std::string& after) {
    return !before.starts_with("a.") || before == after;
  };
  EXPECT_THAT(Find(scenario), HasSubstr("readers saw 'a.1"));
}

/// A task that finds no done/ makes it.
class MakesDone final : public ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;
  Status Rename(const std::string& from, const std::string& to,
                IfExists if_exists) override {
    const Status renamed = inner_.Rename(from, to, if_exists);
    if (!IsManifest(to) || !Is(renamed, ErrorKind::kNotFound)) return renamed;
    HOWDAH_RETURN_IF_ERROR(inner_.CreateDirectory(ParentPath(to), 0777));
    return inner_.Rename(from, to, if_exists);
  }
};

TEST_F(ExploreMutants, ADoneThatIsMadeAgainAfterTheSealBreaksAPromise) {
  EXPECT_THAT(Find(TwoDrivers("done/ made again", Plant<MakesDone>())),
              HasSubstr("was told that it was committed"));
}

}  // namespace
}  // namespace howdah
