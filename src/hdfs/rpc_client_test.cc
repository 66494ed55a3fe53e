#include "hdfs/rpc_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <set>

#include "testing/hdfs/fake_pacing.h"
#include "testing/storage/expect_kind.h"

namespace howdah::hdfs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;
using Kind = CallOutcome::Kind;

constexpr char kStandby[] = "org.apache.hadoop.ipc.StandbyException";
constexpr char kRetriable[] = "org.apache.hadoop.ipc.RetriableException";

CallOutcome Answer(std::string body) {
  RpcReply reply;
  reply.body = std::move(body);
  return CallOutcome::Replied(std::move(reply));
}
CallOutcome Throw(std::string java_class, std::string text = "the text") {
  RpcReply reply;
  reply.status = RpcReply::Status::kError;
  reply.exception_class = std::move(java_class);
  reply.exception_text = std::move(text);
  return CallOutcome::Replied(std::move(reply));
}
CallOutcome Lost() {
  return CallOutcome::Lost(Error(ErrorKind::kTransient, "the answer was lost"));
}
CallOutcome Refused() {
  return CallOutcome::NotSent(Error(ErrorKind::kTransient, "nobody listens"));
}

// NameNodes that do what the test wrote down, each its own list; when that is at its end
// they refuse connections. `seen` is every call that reached one: "id/retry" at which.
class RpcClientTest : public testing::Test {
 protected:
  struct Seen {
    std::string namenode;
    CallIdentity identity;
  };

  class FakeConnection final : public RpcConnection {
   public:
    FakeConnection(RpcClientTest& test, std::string id)
        : test_(test), id_(std::move(id)) {}
    CallOutcome Call(const CallIdentity& identity, std::string_view /*method*/,
                     std::string_view /*request*/) override {
      test_.seen_.push_back({id_, identity});
      std::deque<CallOutcome>& script = test_.scripts_[id_];
      CallOutcome outcome = script.front();
      script.pop_front();
      usable_ = outcome.kind == Kind::kReply;
      return outcome;
    }
    bool usable() const override { return usable_ && !test_.scripts_[id_].empty(); }

   private:
    RpcClientTest& test_;
    const std::string id_;
    bool usable_ = true;
  };

  RpcClient& Client(std::vector<std::string> ids = {"nn1", "nn2"}) {
    options_.service = "ha";
    options_.random_order = false;
    for (const std::string& id : ids) options_.namenodes.push_back({id, id, 8020});
    client_ = std::make_unique<RpcClient>(
        options_, pacing_,
        [this](
            const NamenodeAddress& address, const ClientOptions& /*options*/,
            const std::string& /*client_id*/) -> Result<std::shared_ptr<RpcConnection>> {
          ++connects_;
          std::deque<CallOutcome>& script = scripts_[address.id];
          if (script.empty()) {
            return Error(ErrorKind::kTransient, "nobody listens at {}", address.id);
          }
          if (script.front().kind == Kind::kNotSent) {
            const Status error = script.front().error;
            script.pop_front();
            return error;
          }
          return std::make_shared<FakeConnection>(*this, address.id);
        });
    return *client_;
  }

  std::vector<std::string> Route() const {
    std::vector<std::string> route;
    for (const Seen& seen : seen_) route.push_back(seen.namenode);
    return route;
  }

  ClientOptions options_;
  FakePacing pacing_;
  std::map<std::string, std::deque<CallOutcome>> scripts_;
  std::vector<Seen> seen_;
  int connects_ = 0;
  std::unique_ptr<RpcClient> client_;
};

TEST_F(RpcClientTest, AStandbyLeadsToTheOtherAndTheNextCallGoesThereAtOnce) {
  scripts_["nn1"] = {Throw(kStandby)};
  scripts_["nn2"] = {Answer("a"), Answer("b")};
  RpcClient& client = Client();
  EXPECT_EQ(client.Call("m", "", CallEffect::kNone, "m /x").ValueOrDie(), "a");
  EXPECT_EQ(client.Call("m", "", CallEffect::kNone, "m /x").ValueOrDie(), "b");
  EXPECT_THAT(Route(), ElementsAre("nn1", "nn2", "nn2"));
  EXPECT_TRUE(pacing_.sleeps().empty());  // the first failover is at once, as Java's
}

TEST_F(RpcClientTest, AllTriesOfACallHaveOneIdAndCountUp) {
  scripts_["nn1"] = {Lost(), Throw(kStandby)};
  scripts_["nn2"] = {Throw(kStandby), Answer("a"), Answer("b")};
  RpcClient& client = Client();
  EXPECT_DONE(client.Call("rename2", "", CallEffect::kOnce, "rename"));
  EXPECT_DONE(client.Call("rename2", "", CallEffect::kOnce, "rename"));
  ASSERT_EQ(seen_.size(), 5u);
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(seen_[i].identity.call_id, seen_[0].identity.call_id);
    EXPECT_EQ(seen_[i].identity.client_id, seen_[0].identity.client_id);
    EXPECT_EQ(seen_[i].identity.retry_count, static_cast<int32_t>(i));
  }
  EXPECT_NE(seen_[4].identity.call_id, seen_[0].identity.call_id);
  EXPECT_EQ(seen_[4].identity.client_id, seen_[0].identity.client_id);
  EXPECT_EQ(seen_[4].identity.retry_count, 0);
  EXPECT_EQ(seen_[0].identity.client_id.size(), 16u);
}

TEST_F(RpcClientTest, WaitsGrowUpToTheLimitAndTriesEnd) {
  options_.failover_attempts = 8;
  const Status status = Client().Call("m", "", CallEffect::kNone, "list /x").status();
  EXPECT_KIND(status, kTransient);
  EXPECT_THAT(pacing_.sleeps(),
              ElementsAre(1000ms, 2000ms, 4000ms, 8000ms, 15000ms, 15000ms, 15000ms));
  EXPECT_EQ(connects_, 9);
  EXPECT_EQ(status.message(),
            "list /x: no NameNode of 'ha' serves, 9 tries (nn1 (nn1:8020): nobody "
            "listens at nn1; nn2 (nn2:8020): nobody listens at nn2)");
}

TEST_F(RpcClientTest, WhenAllAreStandbysTheErrorSaysSoOfEach) {
  options_.failover_attempts = 3;
  scripts_["nn1"] = {Throw(kStandby), Throw(kStandby)};
  scripts_["nn2"] = {Throw(kStandby), Throw(kStandby)};
  const Status status = Client().Call("m", "", CallEffect::kOnce, "delete /x").status();
  EXPECT_KIND(status, kTransient);
  EXPECT_THAT(status.message(), HasSubstr("nn1 (nn1:8020): it is a standby (the text); "
                                          "nn2 (nn2:8020): it is a standby"));
}

TEST_F(RpcClientTest, ANamenodeThatAsksForPatienceIsAskedAgain) {
  scripts_["nn1"] = {Throw(kRetriable), Throw(kRetriable), Answer("a")};
  EXPECT_EQ(Client().Call("m", "", CallEffect::kRepeatable, "m").ValueOrDie(), "a");
  EXPECT_THAT(Route(), ElementsAre("nn1", "nn1", "nn1"));
  EXPECT_THAT(pacing_.sleeps(), ElementsAre(500ms, 1000ms));
}

TEST_F(RpcClientTest, AFinalExceptionIsNotRepeated) {
  scripts_["nn1"] = {Throw("java.io.FileNotFoundException", "File does not exist: /x")};
  std::string java_class;
  const Status status =
      Client().Call("m", "", CallEffect::kNone, "open /x", &java_class).status();
  EXPECT_KIND(status, kNotFound);
  EXPECT_EQ(status.message(), "open /x: File does not exist: /x");
  EXPECT_EQ(java_class, "java.io.FileNotFoundException");
  EXPECT_EQ(seen_.size(), 1u);
}

TEST_F(RpcClientTest, AChangeWhoseAnswerStayedLostIsUnknown) {
  options_.failover_attempts = 2;
  scripts_["nn1"] = {Lost()};
  RpcClient& client = Client();
  const Status status = client.Call("m", "", CallEffect::kOnce, "rename /a").status();
  EXPECT_KIND(status, kCommitStateUnknown);
  EXPECT_THAT(status.message(), HasSubstr("it is not known whether it happened"));
}

TEST_F(RpcClientTest, ACallThatOnlyLooksIsNeverUnknown) {
  options_.failover_attempts = 1;
  scripts_["nn1"] = {Lost()};
  EXPECT_KIND(Client().Call("m", "", CallEffect::kNone, "stat /a"), kTransient);
}

TEST_F(RpcClientTest, AnAnswerAfterALostOneIsTheTruth) {
  scripts_["nn1"] = {Lost()};
  scripts_["nn2"] = {Throw("org.apache.hadoop.fs.FileAlreadyExistsException")};
  EXPECT_KIND(Client().Call("m", "", CallEffect::kOnce, "rename /a"), kAlreadyExists);
}

TEST_F(RpcClientTest, AChangeThatWasNeverSentIsTransient) {
  options_.failover_attempts = 2;
  EXPECT_KIND(Client().Call("m", "", CallEffect::kOnce, "rename /a"), kTransient);
}

TEST_F(RpcClientTest, ALostChangeIsNotRepeatedOnceTheRetryCacheMayHaveForgotten) {
  options_.failover_sleep_base = options_.failover_sleep_limit = 10min;
  scripts_["nn1"] = {Lost(), Answer("too late")};
  scripts_["nn2"] = {Refused()};
  EXPECT_KIND(Client().Call("m", "", CallEffect::kOnce, "rename /a"),
              kCommitStateUnknown);
  EXPECT_EQ(seen_.size(), 1u);
}

TEST_F(RpcClientTest, TheOnlyNamenodeIsTriedAtASteadyPace) {
  options_.connect_retries = 3;
  scripts_["nn1"] = {Refused(), Refused(), Answer("a")};
  EXPECT_EQ(Client({"nn1"}).Call("m", "", CallEffect::kOnce, "m").ValueOrDie(), "a");
  EXPECT_THAT(pacing_.sleeps(), ElementsAre(1000ms, 1000ms));
}

TEST_F(RpcClientTest, TheOnlyNamenodeThatIsDownIsNamedInOneSentence) {
  options_.connect_retries = 1;
  EXPECT_EQ(
      Client({"nn1"}).Call("m", "", CallEffect::kNone, "list /x").status().message(),
      "list /x: the NameNode does not serve, 2 tries (nn1 (nn1:8020): nobody listens at "
      "nn1)");
}

TEST_F(RpcClientTest, ABriefCallTriesEachNamenodeAndTheFirstAgain) {
  EXPECT_KIND(Client().CallBriefly("renewLease", "", CallEffect::kNone, "renew"),
              kTransient);
  EXPECT_EQ(connects_, 3);
  scripts_["nn2"] = {Throw(kStandby)};
  scripts_["nn1"] = {Answer("renewed")};
  EXPECT_DONE(client_->CallBriefly("renewLease", "", CallEffect::kNone, "renew"));
}

TEST_F(RpcClientTest, WhatIsNoNamenodeEndsTheCallAtOnce) {
  scripts_["nn1"] = {
      CallOutcome::NotANamenode(Error(ErrorKind::kInvalidInput, "an HTTP server"))};
  EXPECT_KIND(Client().Call("m", "", CallEffect::kOnce, "m"), kInvalidInput);
  EXPECT_EQ(seen_.size(), 1u);
}

}  // namespace
}  // namespace howdah::hdfs
