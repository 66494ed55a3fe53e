#include "cli/fs/copy_file.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <system_error>
#include <vector>

#include "base/log.h"

namespace howdah::cli {
namespace {

constexpr int64_t kPieceBytes = int64_t{1} << 20;

Status Stopped() { return Error(ErrorKind::kCancelled, "stopped"); }

/// A file on its way: what is appended is counted.
class Landing {
 public:
  static Result<Landing> Begin(const Place& target, CopyCounters* counters) {
    Landing landing(target, counters);
    HOWDAH_ASSIGN_OR_RETURN(landing.file_,
                            target.volume->files().CreateFile(target.path));
    return landing;
  }

  Status Append(std::span<const std::byte> piece) {
    HOWDAH_RETURN_IF_ERROR(file_->Append(piece));
    Count(static_cast<int64_t>(piece.size()));
    return Status::OK();
  }

  /// All of `source`, in pieces between which `stop` is heeded.
  Status AppendAll(ByteSource& source, const std::stop_token& stop) {
    while (size_ < source.size()) {
      if (stop.stop_requested()) return Stopped();
      HOWDAH_ASSIGN_OR_RETURN(const int64_t got,
                              file_->AppendFrom(source, size_, kPieceBytes));
      if (got == 0) {
        return Error(ErrorKind::kCorruption, "{}: it ended after {} of {} bytes",
                     source.name(), size_, source.size());
      }
      Count(got);
    }
    return Status::OK();
  }

  Status Commit(IfExists if_exists) {
    const Result<ClosedFile> closed = file_->Commit(if_exists);
    if (Is(closed.status(), ErrorKind::kAlreadyExists)) {
      return Error(ErrorKind::kAlreadyExists, "{}: File exists", target_.shown);
    }
    HOWDAH_RETURN_IF_ERROR(closed.status());
    if (closed->size != size_) {
      return Error(ErrorKind::kCorruption,
                   "{}: {} bytes were read, {} are stored; copy it again", target_.shown,
                   size_, closed->size);
    }
    ++counters_->files_done;
    return Status::OK();
  }

 private:
  Landing(const Place& target, CopyCounters* counters)
      : target_(target), counters_(counters) {}

  void Count(int64_t bytes) {
    size_ += bytes;
    counters_->bytes_done += bytes;
  }

  const Place& target_;
  CopyCounters* counters_;
  std::unique_ptr<PendingFile> file_;
  int64_t size_ = 0;
};

/// Some bytes of stdin; 0 at its end. Cancelled.
Result<size_t> ReadStdin(std::span<std::byte> out, const std::stop_token& stop) {
  constexpr int kLookAgainMs = 200;
  while (true) {
    if (stop.stop_requested()) return Stopped();
    pollfd in{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    if (poll(&in, 1, kLookAgainMs) == 0) continue;
    const ssize_t got = read(STDIN_FILENO, out.data(), out.size());
    if (got >= 0) return static_cast<size_t>(got);
    if (errno == EINTR || errno == EAGAIN) continue;
    return Error(ErrorKind::kInternal, "stdin cannot be read: {}",
                 std::generic_category().message(errno));
  }
}

}  // namespace

Status Preserve(const Entry& source, const Place& target) {
  Volume& volume = *target.volume;
  HOWDAH_ASSIGN_OR_RETURN(const Entry now, volume.Describe(target.path));
  if (now.owner != source.owner || now.group != source.group) {
    const Status owned = volume.SetOwner(target.path, source.owner, source.group);
    static std::once_flag told;
    if (!owned.ok()) {
      std::call_once(told, [&] {
        Log(LogLevel::kWarning, "owners are not kept: {}", owned.message());
      });
    }
  }
  HOWDAH_RETURN_IF_ERROR(volume.SetMode(target.path, source.mode & 01777));
  return volume.SetTimes(target.path, source.mtime_us, source.atime_us);
}

Status CheckTarget(const Found* source, const Place& target, IfExists if_exists) {
  const Result<Entry> there = target.volume->Describe(target.path);
  if (Is(there.status(), ErrorKind::kNotFound)) return Status::OK();
  HOWDAH_RETURN_IF_ERROR(there.status());
  if (there->is_directory()) {
    return Error(ErrorKind::kInvalidInput, "{}: Is a directory", target.shown);
  }
  if (source != nullptr && source->place.volume == target.volume &&
      source->entry.identity == there->identity) {
    return Error(ErrorKind::kInvalidInput, "{} and {} are the same file",
                 source->place.shown, target.shown);
  }
  if (if_exists == IfExists::kFail) {
    return Error(ErrorKind::kAlreadyExists, "{}: File exists", target.shown);
  }
  if (there->type != FileType::kFile && !there->is_symlink) {
    return Error(ErrorKind::kInvalidInput,
                 "{} is neither a file nor a directory, and is not replaced; write '-' "
                 "for stdout",
                 target.shown);
  }
  return Status::OK();
}

Status CopyFile(const Found& source, const Place& target, const CopyOptions& options,
                const std::stop_token& stop, CopyCounters* counters) {
  if (stop.stop_requested()) return Stopped();
  HOWDAH_RETURN_IF_ERROR(CheckTarget(&source, target, options.if_exists));
  HOWDAH_ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> input,
                          source.place.volume->files().OpenInput(source.place.path));
  HOWDAH_ASSIGN_OR_RETURN(Landing landing, Landing::Begin(target, counters));
  HOWDAH_RETURN_IF_ERROR(landing.AppendAll(*input, stop));
  HOWDAH_RETURN_IF_ERROR(landing.Commit(options.if_exists));
  return options.preserve ? Preserve(source.entry, target) : Status::OK();
}

Status CopyFromStdin(const Place& target, const CopyOptions& options,
                     const std::stop_token& stop, CopyCounters* counters) {
  HOWDAH_RETURN_IF_ERROR(CheckTarget(nullptr, target, options.if_exists));
  HOWDAH_ASSIGN_OR_RETURN(Landing landing, Landing::Begin(target, counters));
  std::vector<std::byte> piece(static_cast<size_t>(kPieceBytes));
  while (true) {
    HOWDAH_ASSIGN_OR_RETURN(const size_t got, ReadStdin(piece, stop));
    if (got == 0) break;
    HOWDAH_RETURN_IF_ERROR(landing.Append(std::span(piece).first(got)));
  }
  return landing.Commit(options.if_exists);
}

}  // namespace howdah::cli
