#include "hdfs/lease_renewer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/hdfs/fake_pacing.h"
#include "testing/hdfs/null_namenode.h"
#include "testing/storage/expect_kind.h"

namespace howdah::hdfs {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

class FakeNamenode final : public NullNamenode {
 public:
  Status RenewLease() override {
    ++renewals;
    return answer;
  }
  int renewals = 0;
  Status answer;
};

// Real time hardly passes, so the renewer's own thread finds nothing due in these tests
// but what RenewIfDue has done already.
class LeaseRenewerTest : public testing::Test {
 protected:
  LeaseRenewer& Renewer() {
    renewer_ = std::make_unique<LeaseRenewer>(namenode_, options_, pacing_);
    return *renewer_;
  }
  ClientOptions options_;
  FakePacing pacing_;
  FakeNamenode namenode_;
  std::unique_ptr<LeaseRenewer> renewer_;
};

TEST_F(LeaseRenewerTest, TheLeaseIsRenewedEveryThirtySecondsWhileAFileIsOpen) {
  LeaseRenewer& renewer = Renewer();
  pacing_.Advance(1h);
  renewer.RenewIfDue();
  EXPECT_EQ(namenode_.renewals, 0);  // nothing is open
  LeaseRenewer::Hold first = renewer.Begin([](const Status&) {});
  LeaseRenewer::Hold second = renewer.Begin([](const Status&) {});
  pacing_.Advance(29s);
  renewer.RenewIfDue();
  EXPECT_EQ(namenode_.renewals, 0);
  pacing_.Advance(1s);
  renewer.RenewIfDue();
  EXPECT_EQ(namenode_.renewals, 1);
  renewer.RenewIfDue();
  EXPECT_EQ(namenode_.renewals, 1);
  first.Release();
  pacing_.Advance(30s);
  renewer.RenewIfDue();
  EXPECT_EQ(namenode_.renewals, 2);
  second.Release();
  pacing_.Advance(30s);
  renewer.RenewIfDue();
  EXPECT_EQ(namenode_.renewals, 2);
}

TEST_F(LeaseRenewerTest, WritersAreToldOnceBeforeTheHardLimit) {
  options_.lease_hard_limit = 20min;
  LeaseRenewer& renewer = Renewer();
  std::vector<std::string> told;
  const LeaseRenewer::Hold hold =
      renewer.Begin([&](const Status& why) { told.push_back(why.message()); });
  namenode_.answer = Error(ErrorKind::kTransient, "nobody listens");
  pacing_.Advance(19min);
  renewer.RenewIfDue();
  EXPECT_TRUE(told.empty());
  EXPECT_DONE(renewer.Check());
  pacing_.Advance(30s);
  renewer.RenewIfDue();
  renewer.RenewIfDue();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_THAT(told[0], HasSubstr("could not be renewed for 1170 s"));
  EXPECT_THAT(told[0], HasSubstr("nobody listens"));
  EXPECT_KIND(renewer.Check(), kTransient);
}

TEST_F(LeaseRenewerTest, ARenewalThatHangsIsSeenByWhoAsks) {
  LeaseRenewer& renewer = Renewer();
  const LeaseRenewer::Hold hold = renewer.Begin([](const Status&) {});
  pacing_.Advance(20min);  // and no renewal has come back
  EXPECT_THAT(renewer.Check().message(), HasSubstr("a renewal hangs"));
}

TEST_F(LeaseRenewerTest, AFailureIsForgivenByTheNextSuccess) {
  LeaseRenewer& renewer = Renewer();
  const LeaseRenewer::Hold hold = renewer.Begin([](const Status&) { FAIL(); });
  namenode_.answer = Error(ErrorKind::kTransient, "nobody listens");
  pacing_.Advance(10min);
  renewer.RenewIfDue();
  namenode_.answer = Status::OK();
  pacing_.Advance(1s);
  renewer.RenewIfDue();
  pacing_.Advance(15min);
  EXPECT_DONE(renewer.Check());
}

TEST_F(LeaseRenewerTest, WhoBeginsAfterAPauseHasAFreshLease) {
  LeaseRenewer& renewer = Renewer();
  renewer.Begin([](const Status&) {}).Release();
  pacing_.Advance(2h);
  const LeaseRenewer::Hold hold = renewer.Begin([](const Status&) { FAIL(); });
  EXPECT_DONE(renewer.Check());
}

}  // namespace
}  // namespace howdah::hdfs
