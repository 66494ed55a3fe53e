#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "base/status.h"
#include "hdfs/client_options.h"
#include "hdfs/namenode.h"
#include "hdfs/pacing.h"

namespace howdah::hdfs {

/// Keeps the lease of one client name alive while files are open under it: one thread,
/// which renews every 30 s, half of the soft limit after which another client may take
/// the files. When no renewal has worked for so long that the NameNode is about to give
/// them away by itself (options.lease_hard_limit), all writers are told to abort.
/// Thread-safe. Source: LeaseRenewer.java, HdfsConstants.LEASE_SOFTLIMIT_PERIOD.
class LeaseRenewer {
 public:
  /// What a writer is told when its lease is as good as lost. Called on the renewer's
  /// thread, with no lock held.
  using OnLost = std::function<void(const Status& why)>;

  /// A file that is open for writing; closing it is the end of this object.
  class Hold {
   public:
    Hold() = default;
    ~Hold() { Release(); }
    Hold(Hold&& other) noexcept;
    Hold& operator=(Hold&& other) noexcept;
    /// No renewal for this file any more. On return its OnLost is not running, nor will
    /// it be called. Must not be called by OnLost itself.
    void Release();

   private:
    friend class LeaseRenewer;
    Hold(LeaseRenewer* renewer, uint64_t id) : renewer_(renewer), id_(id) {}
    LeaseRenewer* renewer_ = nullptr;
    uint64_t id_ = 0;
  };

  /// \param namenode, pacing  must outlive the renewer, and this all its holds.
  LeaseRenewer(Namenode& namenode, const ClientOptions& options,
               Pacing& pacing = Pacing::System());
  /// Ends the thread; a renewal that is under way is waited for.
  ~LeaseRenewer();

  /// From now on, until the hold ends. The NameNode has just given the lease.
  Hold Begin(OnLost on_lost);

  /// OK, or why the lease counts as lost. Also right while a renewal hangs.
  Status Check();

  /// What the thread does each time it wakes; for tests.
  void RenewIfDue();

 private:
  struct Writer {
    OnLost on_lost;
    bool told = false;
  };

  void Run();
  void End(uint64_t id);
  Status LostAt(std::chrono::milliseconds now) const;

  Namenode& namenode_;
  Pacing& pacing_;
  const std::chrono::milliseconds lost_after_;

  std::mutex telling_;  ///< held while writers are told; before mutex_
  std::mutex mutex_;
  std::condition_variable wake_;
  std::map<uint64_t, Writer> writers_;
  uint64_t next_id_ = 1;
  std::chrono::milliseconds renewed_{0};
  Status last_failure_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace howdah::hdfs
