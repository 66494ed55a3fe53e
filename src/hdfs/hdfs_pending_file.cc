#include "hdfs/hdfs_pending_file.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/log.h"
#include "hdfs/file_writer.h"
#include "hdfs/hdfs_file_system.h"
#include "hdfs/path_rules.h"

namespace howdah::hdfs {
namespace {

// What went wrong with the hidden file, told of the file that it was to become. Whether
// the hidden one was made or closed is not known to anybody, nor need it be.
Status TellOf(const std::string& path, const std::string& hidden, const Status& status) {
  std::string text = status.message();
  bool named = false;
  for (size_t at = text.find(hidden); at != std::string::npos;
       at = text.find(hidden, at + path.size())) {
    text.replace(at, hidden.size(), path);
    named = true;
  }
  const ErrorKind kind = KindOf(status);
  const Status told = MakeError(
      kind == ErrorKind::kCommitStateUnknown ? ErrorKind::kTransient : kind, text);
  return named ? told : WithContext(told, path);
}

}  // namespace

class HdfsPendingFile final : public PendingFile {
 public:
  HdfsPendingFile(HdfsFileSystem& fs, std::string path,
                  std::unique_ptr<FileWriter> writer)
      : fs_(fs),
        path_(std::move(path)),
        writer_(std::move(writer)),
        lease_(fs.leases_.Begin([this](const Status& why) { writer_->Fail(why); })) {}
  ~HdfsPendingFile() override { Abort(); }

  Status Append(std::span<const std::byte> bytes) override {
    HOWDAH_RETURN_IF_ERROR(ended_);
    return EndIfBroken(writer_->Append(bytes));
  }

  Result<int64_t> AppendFrom(ByteSource& source, int64_t offset,
                             int64_t length) override {
    HOWDAH_RETURN_IF_ERROR(ended_);
    int64_t done = 0;
    while (done < length) {
      const Result<std::span<std::byte>> space = writer_->Space();
      HOWDAH_RETURN_IF_ERROR(EndIfBroken(space.status()));
      const auto wanted = space->first(static_cast<size_t>(
          std::min(length - done, static_cast<int64_t>(space->size()))));
      HOWDAH_ASSIGN_OR_RETURN(const int64_t got, source.ReadAt(offset + done, wanted));
      if (got == 0) break;
      HOWDAH_RETURN_IF_ERROR(EndIfBroken(writer_->Fill(static_cast<size_t>(got))));
      done += got;
    }
    return done;
  }

  Result<ClosedFile> Commit(IfExists if_exists) override {
    HOWDAH_RETURN_IF_ERROR(ended_);
    Result<ClosedFile> closed = MakeVisible(if_exists);
    if (closed.ok() || Is(closed.status(), ErrorKind::kCommitStateUnknown)) {
      // Nothing more is done to the file, whatever its name is now.
      lease_.Release();
      ended_ = Error(ErrorKind::kInternal, "{}: used after its commit", path_);
    } else {
      EndWith(closed.status());
    }
    return closed;
  }

  void Abort() noexcept override {
    if (ended_.ok()) {
      EndWith(Error(ErrorKind::kInternal, "{}: used after its abort", path_));
    }
  }

 private:
  Status EndIfBroken(Status status) {
    if (status.ok()) return status;
    status = Explain(status);
    EndWith(status);
    return status;
  }

  Result<ClosedFile> MakeVisible(IfExists if_exists) {
    HOWDAH_RETURN_IF_ERROR(fs_.leases_.Check());
    const Result<FileChecksum> written = writer_->Close();
    // Closing changes no name: if it is not known whether it happened, the file is
    // hidden still.
    if (!written.ok()) return Explain(written.status());
    lease_.Release();
    HOWDAH_RETURN_IF_ERROR(Move(if_exists));
    return ClosedFile{static_cast<int64_t>(written->length), written->crc32c};
  }

  Status Move(IfExists if_exists) {
    const std::string& hidden = writer_->path();
    const Status moved = fs_.namenode_->Rename(
        hidden, path_,
        if_exists == IfExists::kReplace ? Overwrite::kYes : Overwrite::kNo);
    if (moved.ok()) return moved;
    // The file's own number says whether it arrived although the answer was lost.
    const Result<std::optional<FileStatus>> there = fs_.Find(path_);
    if (there.ok() && there->has_value() && (*there)->file_id == writer_->file_id()) {
      return Status::OK();
    }
    if (Is(moved, ErrorKind::kCommitStateUnknown)) return moved;
    return fs_.ExplainRename(moved, hidden, path_, if_exists);
  }

  // A writer's error is NotFound when the hidden file is no longer at its place.
  Status Explain(const Status& status) {
    const Result<std::optional<FileStatus>> hidden = fs_.Find(writer_->path());
    if (!hidden.ok() ||
        (hidden->has_value() && (*hidden)->file_id == writer_->file_id())) {
      return TellOf(path_, writer_->path(), status);
    }
    return Error(ErrorKind::kNotFound,
                 "{}: its directory was removed or moved away while it was written",
                 path_);
  }

  // The end of a file that must not be seen: it is deleted wherever it is now.
  void EndWith(Status status) noexcept {
    ended_ = std::move(status);
    writer_->Abort();
    lease_.Release();
    const Result<bool> deleted =
        fs_.namenode_->Delete(InodePath(writer_->file_id()), Recursive::kNo);
    if (!deleted.ok() && !Is(deleted.status(), ErrorKind::kNotFound)) {
      Log(LogLevel::kWarning, "{} may be left behind: {}", writer_->path(),
          deleted.status().message());
    }
  }

  HdfsFileSystem& fs_;
  const std::string path_;
  const std::unique_ptr<FileWriter> writer_;
  Status ended_;
  LeaseRenewer::Hold lease_;  ///< last: ends before the writer that it may tell
};

Result<std::unique_ptr<PendingFile>> BeginHdfsFile(HdfsFileSystem& fs,
                                                   const std::string& path) {
  const std::string parent = ParentPath(path);
  HOWDAH_ASSIGN_OR_RETURN(const std::optional<FileStatus> directory, fs.Find(parent));
  if (directory.has_value()) {
    HOWDAH_RETURN_IF_ERROR(CheckPlainFile(*directory, parent));
  }
  CreateRequest request;
  request.path = HiddenName(path, RandomHex(fs.environment_));
  request.replication = fs.options().replication;
  request.block_size = fs.options().block_size;
  Result<std::unique_ptr<FileWriter>> writer = FileWriter::Create(
      fs.namenode(), fs.options(), request, Durability::kReplicated, fs.pacing_);
  if (!writer.ok()) {
    return TellOf(path, request.path, fs.ExplainMissing(writer.status(), path));
  }
  return std::make_unique<HdfsPendingFile>(fs, path, *std::move(writer));
}

}  // namespace howdah::hdfs
