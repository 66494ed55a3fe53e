#include "testing/storage/faulty_file_system.h"

#include <atomic>
#include <utility>

namespace howdah {

/// Between the callers and the tree: counts, asks the hook, loses answers.
class FaultyWire {
 public:
  explicit FaultyWire(FaultHook hook) : hook_(std::move(hook)) {}

  int64_t calls() const { return calls_; }
  bool crashed() const { return crashed_; }
  void Crash() { crashed_ = true; }

  template <typename Operation>
  auto Read(std::string_view name, const std::string& path, Operation operation) {
    return Call({.name = name, .path = path}, std::move(operation));
  }
  template <typename Operation>
  auto Change(std::string_view name, const std::string& path, Operation operation) {
    return Call({.name = name, .path = path, .changes_names = true},
                std::move(operation));
  }

  template <typename Operation>
  auto Call(CallInfo info, Operation operation) -> decltype(operation()) {
    if (crashed_) return Crashed(info);
    info.index = calls_++;
    const Fault fault = hook_(info);
    // The hook may have waited while another thread of the same process crashed.
    if (crashed_) return Crashed(info);
    switch (fault.kind) {
      case Fault::Kind::kNone:
        break;
      case Fault::Kind::kFail:
        return Error(fault.error, "{}: {} fails by order of the test", info.path,
                     info.name);
      case Fault::Kind::kLostAnswer:
        static_cast<void>(operation());
        return Lost(info);
      case Fault::Kind::kLostRequest:
        return Lost(info);
      case Fault::Kind::kCrashBefore:
        Crash();
        return Crashed(info);
      case Fault::Kind::kCrashAfter:
        static_cast<void>(operation());
        Crash();
        return Crashed(info);
    }
    return operation();
  }

 private:
  static Status Crashed(const CallInfo& info) {
    return Error(ErrorKind::kCancelled, "{}: {} on a process that crashed", info.path,
                 info.name);
  }
  static Status Lost(const CallInfo& info) {
    return Error(
        info.changes_names ? ErrorKind::kCommitStateUnknown : ErrorKind::kTransient,
        "{}: the answer to {} was lost by order of the test", info.path, info.name);
  }

  const FaultHook hook_;
  std::atomic<int64_t> calls_{0};
  std::atomic<bool> crashed_{false};
};

namespace {

class FaultySource final : public ByteSource {
 public:
  FaultySource(std::unique_ptr<ByteSource> inner, FaultyWire& wire)
      : inner_(std::move(inner)), wire_(wire) {}
  const std::string& name() const override { return inner_->name(); }
  int64_t size() const override { return inner_->size(); }
  Result<int64_t> ReadAt(int64_t offset, std::span<std::byte> out) override {
    return wire_.Read("ReadAt", name(), [&] { return inner_->ReadAt(offset, out); });
  }

 private:
  const std::unique_ptr<ByteSource> inner_;
  FaultyWire& wire_;
};

class FaultyPendingFile final : public PendingFile {
 public:
  FaultyPendingFile(std::unique_ptr<PendingFile> inner, std::string path,
                    FaultyWire& wire)
      : inner_(std::move(inner)), path_(std::move(path)), wire_(wire) {}

  Status Append(std::span<const std::byte> bytes) override {
    if (!broken_.ok()) return broken_;
    broken_ = wire_.Read("Append", path_, [&] { return inner_->Append(bytes); });
    return broken_;
  }

  Result<ClosedFile> Commit(IfExists if_exists) override {
    if (!broken_.ok()) return broken_;
    auto closed =
        wire_.Change("Commit", path_, [&] { return inner_->Commit(if_exists); });
    if (!closed.ok()) {
      broken_ = closed.status();
      inner_
          ->Abort();  // no effect if the inner file was committed and only we do not know
    }
    return closed;
  }

  void Abort() noexcept override { inner_->Abort(); }

 private:
  const std::unique_ptr<PendingFile> inner_;
  const std::string path_;
  FaultyWire& wire_;
  Status broken_;
};

}  // namespace

FaultyFileSystem::FaultyFileSystem(FileSystem& inner, FaultHook hook)
    : inner_(inner), wire_(std::make_unique<FaultyWire>(std::move(hook))) {}
FaultyFileSystem::~FaultyFileSystem() = default;

int64_t FaultyFileSystem::calls() const { return wire_->calls(); }
bool FaultyFileSystem::crashed() const { return wire_->crashed(); }
void FaultyFileSystem::Crash() { wire_->Crash(); }

Result<FileInfo> FaultyFileSystem::Stat(const std::string& path) {
  return wire_->Read("Stat", path, [&] { return inner_.Stat(path); });
}

Result<std::vector<FileInfo>> FaultyFileSystem::List(const std::string& directory) {
  return wire_->Read("List", directory, [&] { return inner_.List(directory); });
}

Result<std::unique_ptr<ByteSource>> FaultyFileSystem::OpenInput(const std::string& path) {
  HOWDAH_ASSIGN_OR_RETURN(auto source, wire_->Read("OpenInput", path, [&] {
    return inner_.OpenInput(path);
  }));
  return std::make_unique<FaultySource>(std::move(source), *wire_);
}

Result<std::unique_ptr<PendingFile>> FaultyFileSystem::CreateFile(
    const std::string& path) {
  HOWDAH_ASSIGN_OR_RETURN(auto file, wire_->Read("CreateFile", path, [&] {
    return inner_.CreateFile(path);
  }));
  return std::make_unique<FaultyPendingFile>(std::move(file), path, *wire_);
}

Status FaultyFileSystem::CreateDirectory(const std::string& path, uint32_t mode) {
  return wire_->Change("CreateDirectory", path,
                       [&] { return inner_.CreateDirectory(path, mode); });
}

Status FaultyFileSystem::Rename(const std::string& from, const std::string& to,
                                IfExists if_exists) {
  return wire_->Call({.name = "Rename",
                      .path = from,
                      .target = to,
                      .changes_names = true,
                      .if_exists = if_exists},
                     [&] { return inner_.Rename(from, to, if_exists); });
}

Status FaultyFileSystem::DeleteFile(const std::string& path) {
  return wire_->Change("DeleteFile", path, [&] { return inner_.DeleteFile(path); });
}

Status FaultyFileSystem::DeleteDirectory(const std::string& path) {
  return wire_->Change("DeleteDirectory", path,
                       [&] { return inner_.DeleteDirectory(path); });
}

Status FaultyFileSystem::DeleteTree(const std::string& path) {
  return wire_->Change("DeleteTree", path, [&] { return inner_.DeleteTree(path); });
}

Result<uint32_t> FaultyFileSystem::Checksum(const std::string& path) {
  return wire_->Read("Checksum", path, [&] { return inner_.Checksum(path); });
}

Status FaultyFileSystem::CheckWritable(const std::string& directory) {
  return wire_->Read("CheckWritable", directory,
                     [&] { return inner_.CheckWritable(directory); });
}

Result<Acl> FaultyFileSystem::GetAcl(const std::string& path) {
  return wire_->Read("GetAcl", path, [&] { return inner_.GetAcl(path); });
}

Status FaultyFileSystem::SetAcl(const std::string& path, const Acl& acl) {
  return wire_->Read("SetAcl", path, [&] { return inner_.SetAcl(path, acl); });
}

Status FaultyFileSystem::SetPermission(const std::string& path, uint32_t mode) {
  return wire_->Read("SetPermission", path,
                     [&] { return inner_.SetPermission(path, mode); });
}

Status FaultyFileSystem::SetOwner(const std::string& path, const std::string& owner,
                                  const std::string& group) {
  return wire_->Read("SetOwner", path,
                     [&] { return inner_.SetOwner(path, owner, group); });
}

}  // namespace howdah
