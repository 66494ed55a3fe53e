#include "hdfs/lease_renewer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/log.h"

namespace howdah::hdfs {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kRenewAfter = std::chrono::seconds(30);
constexpr milliseconds kLookEvery = std::chrono::seconds(1);

}  // namespace

LeaseRenewer::Hold::Hold(Hold&& other) noexcept
    : renewer_(std::exchange(other.renewer_, nullptr)), id_(other.id_) {}

LeaseRenewer::Hold& LeaseRenewer::Hold::operator=(Hold&& other) noexcept {
  std::swap(renewer_, other.renewer_);
  std::swap(id_, other.id_);
  return *this;
}

void LeaseRenewer::Hold::Release() {
  if (renewer_ != nullptr) std::exchange(renewer_, nullptr)->End(id_);
}

LeaseRenewer::LeaseRenewer(Namenode& namenode, const ClientOptions& options,
                           Pacing& pacing)
    : namenode_(namenode),
      pacing_(pacing),
      // One renewal before the end, or half of a limit that is shorter than that.
      lost_after_(std::max(options.lease_hard_limit - kRenewAfter,
                           options.lease_hard_limit / 2)) {}

LeaseRenewer::~LeaseRenewer() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

LeaseRenewer::Hold LeaseRenewer::Begin(OnLost on_lost) {
  const std::scoped_lock lock(mutex_);
  if (writers_.empty()) {
    renewed_ = pacing_.Now();
    last_failure_ = Status::OK();
  }
  const uint64_t id = next_id_++;
  writers_.emplace(id, Writer{std::move(on_lost)});
  if (!thread_.joinable()) thread_ = std::thread([this] { Run(); });
  wake_.notify_all();
  return {this, id};
}

void LeaseRenewer::End(uint64_t id) {
  const std::scoped_lock telling(telling_);
  const std::scoped_lock lock(mutex_);
  writers_.erase(id);
}

Status LeaseRenewer::LostAt(milliseconds now) const {
  if (writers_.empty() || now - renewed_ < lost_after_) return Status::OK();
  return Error(ErrorKind::kTransient,
               "the lease could not be renewed for {} s, and the NameNode may give the "
               "file to another client: {}",
               std::chrono::duration_cast<std::chrono::seconds>(now - renewed_).count(),
               last_failure_.ok() ? "a renewal hangs" : last_failure_.message());
}

Status LeaseRenewer::Check() {
  const std::scoped_lock lock(mutex_);
  return LostAt(pacing_.Now());
}

void LeaseRenewer::RenewIfDue() {
  {
    const std::scoped_lock lock(mutex_);
    if (writers_.empty() || pacing_.Now() - renewed_ < kRenewAfter) return;
  }
  // The lease lives from when the request was on its way, not from its answer.
  const milliseconds asked = pacing_.Now();
  const Status renewed = namenode_.RenewLease();
  const std::scoped_lock telling(telling_);
  std::vector<OnLost> to_tell;
  Status lost;
  {
    const std::scoped_lock lock(mutex_);
    last_failure_ = renewed;
    if (renewed.ok()) {
      renewed_ = asked;
      return;
    }
    Log(LogLevel::kWarning, "{}", renewed.message());
    lost = LostAt(pacing_.Now());
    if (lost.ok()) return;
    for (auto& [id, writer] : writers_) {
      if (!std::exchange(writer.told, true)) to_tell.push_back(writer.on_lost);
    }
  }
  for (const OnLost& on_lost : to_tell) on_lost(lost);
}

void LeaseRenewer::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (writers_.empty()) {
      wake_.wait(lock, [&] { return stopping_ || !writers_.empty(); });
      continue;
    }
    wake_.wait_for(lock, kLookEvery, [&] { return stopping_; });
    if (stopping_) return;
    lock.unlock();
    RenewIfDue();
    lock.lock();
  }
}

}  // namespace howdah::hdfs
