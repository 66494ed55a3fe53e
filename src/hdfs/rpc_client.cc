#include "hdfs/rpc_client.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
#include <mutex>
#include <utility>
#include <vector>

#include "base/environment.h"
#include "base/log.h"
#include "hdfs/rpc_messages.h"

namespace howdah::hdfs {
namespace {

using std::chrono::milliseconds;

// A NameNode forgets a call 10 minutes after it
// (dfs.namenode.retrycache.expirytime.millis): a call that must not happen twice is not
// repeated for longer than this.
constexpr milliseconds kRetryCacheTrust = std::chrono::minutes(8);

// After so many failures a call says that it goes on trying.
constexpr int kTriesToTell = 4;

const std::string& ProcessClientId() {
  static const std::string id = [] {
    std::array<uint64_t, 2> random{Environment::System().Random64(),
                                   Environment::System().Random64()};
    return std::string(reinterpret_cast<const char*>(random.data()), sizeof random);
  }();
  return id;
}

// Ids below 0 have other meanings, so the count starts again after 2^31 calls.
int32_t NextCallId() {
  static std::atomic<uint32_t> next{0};
  return static_cast<int32_t>(next.fetch_add(1) & 0x7fffffff);
}

}  // namespace

/// The connection to one NameNode, made when it is first needed and again when broken.
class RpcClient::Slot {
 public:
  Result<std::shared_ptr<RpcConnection>> Connection(const NamenodeAddress& address,
                                                    const ClientOptions& options,
                                                    const OpenConnection& open) {
    const uint64_t failures_before = failures_.load();
    const std::scoped_lock lock(mutex_);
    if (connection_ != nullptr && connection_->usable()) return connection_;
    // Others have tried while this call waited for them: once for all.
    if (failures_.load() != failures_before) return last_failure_;
    connection_.reset();
    auto opened = open(address, options, ProcessClientId());
    if (!opened.ok()) {
      last_failure_ = opened.status();
      ++failures_;
      return last_failure_;
    }
    connection_ = *std::move(opened);
    return connection_;
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<RpcConnection> connection_;
  Status last_failure_;
  std::atomic<uint64_t> failures_{0};
};

struct RpcClient::State {
  OpenConnection open;
  std::vector<Slot> slots;
  /// Which NameNode is taken for the active one. All calls share what one has learnt.
  std::atomic<size_t> active{0};
};

/// What one call has been through.
class RpcClient::Course {
 public:
  explicit Course(size_t namenodes) : reasons(namenodes) {}

  int tries = 0;
  int failovers = 0;
  int retries = 0;  ///< tries at the same NameNode
  bool maybe_acted = false;
  milliseconds first_lost{0};
  std::vector<Status> reasons;  ///< each NameNode's last failure
};

RpcClient::RpcClient(ClientOptions options, Pacing& pacing, OpenConnection open)
    : options_(std::move(options)), pacing_(pacing), state_(std::make_unique<State>()) {
  state_->open = std::move(open);
  state_->slots = std::vector<Slot>(options_.namenodes.size());
  if (options_.random_order && !options_.namenodes.empty()) {
    state_->active = static_cast<size_t>(pacing_.Random() *
                                         static_cast<double>(options_.namenodes.size()));
  }
}

RpcClient::~RpcClient() = default;

Status RpcClient::Failure(const Course& course, std::string_view what) const {
  std::string reasons;
  for (size_t i = 0; i < options_.namenodes.size(); ++i) {
    if (course.reasons[i].ok()) continue;
    const std::string text = options_.namenodes[i].text();
    const std::string& reason = course.reasons[i].message();
    reasons += reasons.empty() ? "" : "; ";
    reasons += reason.find(text) == std::string::npos
                   ? fmt::format("{}: {}", text, reason)
                   : reason;
  }
  const std::string_view times = course.tries == 1 ? "try" : "tries";
  if (course.maybe_acted) {
    return Error(ErrorKind::kCommitStateUnknown,
                 "{}: it is not known whether it happened, no answer came in {} {} ({})",
                 what, course.tries, times, reasons);
  }
  if (options_.namenodes.size() == 1) {
    return Error(ErrorKind::kTransient, "{}: the NameNode does not serve, {} {} ({})",
                 what, course.tries, times, reasons);
  }
  return Error(ErrorKind::kTransient, "{}: no NameNode of '{}' serves, {} {} ({})", what,
               options_.service, course.tries, times, reasons);
}

bool RpcClient::WaitForNextTry(Course* course, size_t index, Next next) {
  const size_t count = options_.namenodes.size();
  if (count == 1) {
    // Java tries to connect at a steady pace.
    const int limit = next == Next::kConnectTimedOut ? options_.connect_retries_on_timeout
                                                     : options_.connect_retries;
    if (course->retries++ >= limit) return false;
    pacing_.Sleep(options_.connect_retry_interval);
    return true;
  }
  const bool same = next == Next::kSame;
  int& done = same ? course->retries : course->failovers;
  if (done >= (same ? options_.retry_attempts : options_.failover_attempts)) return false;
  if (!same) {
    // Only the first of the calls that failed there turns all to the next one.
    size_t expected = index;
    state_->active.compare_exchange_strong(expected, (index + 1) % count);
  }
  if (same || done > 0) {
    pacing_.Sleep(BackOff(pacing_, options_.failover_sleep_base,
                          options_.failover_sleep_limit, done));
  }
  ++done;
  return true;
}

CallOutcome RpcClient::TryOnce(size_t index, const CallIdentity& identity,
                               std::string_view method, std::string_view request,
                               Next* next) {
  const milliseconds start = pacing_.Now();
  const auto connection =
      state_->slots[index].Connection(options_.namenodes[index], options_, state_->open);
  if (connection.ok()) return (*connection)->Call(identity, method, request);
  if (pacing_.Now() - start >= options_.connect_timeout) *next = Next::kConnectTimedOut;
  return CallOutcome::NotSent(connection.status());
}

Result<std::string> RpcClient::Call(std::string_view method, std::string_view request,
                                    CallEffect effect, std::string_view what,
                                    std::string* java_class) {
  return CallUpTo(std::numeric_limits<int>::max(), method, request, effect, what,
                  java_class);
}

Result<std::string> RpcClient::CallBriefly(std::string_view method,
                                           std::string_view request, CallEffect effect,
                                           std::string_view what) {
  return CallUpTo(static_cast<int>(options_.namenodes.size()) + 1, method, request,
                  effect, what, nullptr);
}

Result<std::string> RpcClient::CallUpTo(int most_tries, std::string_view method,
                                        std::string_view request, CallEffect effect,
                                        std::string_view what, std::string* java_class) {
  CallIdentity identity{
      .client_id = ProcessClientId(), .call_id = NextCallId(), .retry_count = 0};
  Course course(options_.namenodes.size());
  while (true) {
    const size_t index = state_->active.load();
    identity.retry_count = course.tries++;
    Next next = Next::kOther;
    CallOutcome outcome = TryOnce(index, identity, method, request, &next);
    course.reasons[index] = outcome.error;
    switch (outcome.kind) {
      case CallOutcome::Kind::kReply: {
        if (outcome.reply.status == RpcReply::Status::kSuccess) {
          return std::move(outcome.reply.body);
        }
        const RemoteFailure failure = ExplainRemoteException(
            outcome.reply.exception_class, outcome.reply.exception_text);
        if (failure.answer == RemoteAnswer::kFinal) {
          if (java_class != nullptr) *java_class = outcome.reply.exception_class;
          return WithContext(failure.error, what);
        }
        course.reasons[index] = failure.error;
        if (failure.answer == RemoteAnswer::kTryLater) next = Next::kSame;
        break;
      }
      case CallOutcome::Kind::kNotANamenode:
        return WithContext(outcome.error, what);
      case CallOutcome::Kind::kLost:
        if (effect != CallEffect::kNone && !course.maybe_acted) {
          course.maybe_acted = true;
          course.first_lost = pacing_.Now();
        }
        break;
      case CallOutcome::Kind::kNotSent:
        break;
    }
    // A failover may take minutes: who waits should know for what, but not try by try.
    Log(course.tries == kTriesToTell ? LogLevel::kWarning : LogLevel::kDebug,
        "{}: try {} at {}: {}", what, course.tries, options_.namenodes[index].text(),
        course.reasons[index].message());
    if (course.tries >= most_tries || !WaitForNextTry(&course, index, next)) {
      return Failure(course, what);
    }
    if (effect == CallEffect::kOnce && course.maybe_acted &&
        pacing_.Now() - course.first_lost > kRetryCacheTrust) {
      return Failure(course, what);
    }
  }
}

}  // namespace howdah::hdfs
