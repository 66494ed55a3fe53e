#include "cli/fs/copier.h"

#include <algorithm>

namespace howdah::cli {
namespace {

constexpr size_t kMostWaiting = 1000;

bool IsSameOrBelow(const Place& place, const Place& directory) {
  return place.volume == directory.volume &&
         (place.path == directory.path || directory.path == "/" ||
          place.path.starts_with(directory.path + "/"));
}

}  // namespace

Copier::Copier(FsCall& call, CopyOptions options)
    : call_(call), options_(options), progress_(counters_) {}

Copier::~Copier() {
  {
    const std::scoped_lock lock(mutex_);
    jobs_.clear();
    no_more_ = true;
  }
  changed_.notify_all();
  workers_.clear();
}

void Copier::Copy(const Found& source, const Place& target) {
  if (call_.is_over()) return;
  if (!source.entry.is_directory()) {
    ++counters_.files_found;
    counters_.bytes_found += source.entry.size;
    Enqueue({.source = source, .target = target});
    return;
  }
  if (ancestors_.empty() && IsSameOrBelow(target, source.place)) {
    call_.Failed(Error(ErrorKind::kInvalidInput,
                       "{}: a directory cannot be copied into itself, to {}",
                       source.place.shown, target.shown));
    return;
  }
  if (std::ranges::find(ancestors_, source.entry.identity) != ancestors_.end()) {
    call_.Failed(Error(ErrorKind::kInvalidInput,
                       "{}: the link leads back to a directory above it",
                       source.place.shown));
    return;
  }
  ancestors_.push_back(source.entry.identity);
  CopyDirectory(source, target);
  ancestors_.pop_back();
}

void Copier::CopyDirectory(const Found& source, const Place& target) {
  const Status made = target.volume->MakeDirectories(target.path);
  if (!made.ok()) {
    call_.Failed(made);
    return;
  }
  if (options_.preserve) directories_.emplace_back(source.entry, target);
  call_.Failed(source.place.volume->ListPages(
      source.entry.path, [&](std::vector<Entry> page, int64_t) {
        for (Entry& entry : page) {
          const Place child = target.Child(entry.name());
          Place from = source.place.Child(entry.name());
          Copy({.place = std::move(from), .entry = std::move(entry)}, child);
        }
        return Status::OK();
      }));
}

void Copier::Enqueue(Job job) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return jobs_.size() < kMostWaiting || call_.is_over(); });
  jobs_.push_back(std::move(job));
  if (idle_ < jobs_.size() && workers_.size() < options_.workers) {
    workers_.emplace_back([this] { Work(); });
  }
  lock.unlock();
  changed_.notify_all();
}

std::optional<Copier::Job> Copier::Next() {
  std::unique_lock lock(mutex_);
  ++idle_;
  changed_.wait(lock, [&] { return !jobs_.empty() || no_more_; });
  --idle_;
  if (jobs_.empty()) return std::nullopt;
  Job job = std::move(jobs_.front());
  jobs_.pop_front();
  lock.unlock();
  changed_.notify_all();
  return job;
}

void Copier::Work() {
  while (std::optional<Job> job = Next()) {
    if (call_.is_over()) continue;
    call_.Failed(CopyFile(job->source, job->target, options_, call_.stop(), &counters_));
  }
}

void Copier::Finish() {
  counters_.all_found = true;
  {
    const std::scoped_lock lock(mutex_);
    no_more_ = true;
  }
  changed_.notify_all();
  workers_.clear();
  std::ranges::reverse(directories_);  // those below come first
  for (const auto& [source, target] : directories_) {
    if (!call_.is_over()) call_.Failed(Preserve(source, target));
  }
  progress_.End();
}

}  // namespace howdah::cli
