#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "cli/fs/call.h"
#include "cli/fs/copy_file.h"
#include "cli/fs/copy_progress.h"

namespace howdah::cli {

/// Copies files and trees, several files at once. Errors are told to the call, one for
/// each file, and the others go on. Copy and Finish are for one thread.
class Copier {
 public:
  Copier(FsCall& call, CopyOptions options);
  ~Copier();  ///< drops what is not begun, waits for the rest

  /// `source` is to become `target`, whose parent exists. A directory is made or filled
  /// at once, files as workers come to them. Links are followed, but not in circles.
  void Copy(const Found& source, const Place& target);

  /// Wait until all is copied, then give directories the source's times.
  void Finish();

 private:
  struct Job {
    Found source;
    Place target;
  };

  void CopyDirectory(const Found& source, const Place& target);
  void Enqueue(Job job);
  void Work();
  std::optional<Job> Next();

  FsCall& call_;
  const CopyOptions options_;
  CopyCounters counters_;
  CopyProgress progress_;
  std::vector<std::pair<Entry, Place>> directories_;      // for `preserve`
  std::vector<std::pair<uint64_t, uint64_t>> ancestors_;  // identities, on the way down

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool no_more_ = false;
  size_t idle_ = 0;
  std::vector<std::jthread> workers_;
};

}  // namespace howdah::cli
