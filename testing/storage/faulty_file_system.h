#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/file_system.h"

namespace howdah {

/// One call that is about to be made.
struct CallInfo {
  int64_t index = 0;      ///< 0 for the first call on this wrapper
  std::string_view name;  ///< the method: "Rename", "Commit", "ReadAt", …
  std::string path;       ///< the path the call is about; for Rename the source
  std::string target;     ///< Rename's target, else empty
  /// The call changes what names exist: CreateDirectory, Rename, the Deletes, Commit.
  bool changes_names = false;
  IfExists if_exists = IfExists::kFail;  ///< of a Rename
};

/// What shall become of a call.
struct Fault {
  enum class Kind {
    kNone,         ///< the call goes through
    kFail,         ///< it does not happen, and `error` is returned
    kLostAnswer,   ///< it happens, and CommitStateUnknown is returned
    kLostRequest,  ///< it does not happen, and CommitStateUnknown is returned
    kCrashBefore,  ///< it does not happen: the process died first
    kCrashAfter,   ///< it happens, and the process dies without seeing the answer
  };
  Kind kind = Kind::kNone;
  ErrorKind error = ErrorKind::kTransient;  ///< for kFail
};

/// Decides on each call; may also block, which makes every call a scheduling point. Must
/// not throw. Called on the caller's thread, with no lock held; several threads may be
/// inside.
using FaultHook = std::function<Fault(const CallInfo&)>;

class FaultyWire;

/// A FileSystem as a process sees it over an unreliable wire, for tests: every call is
/// counted and put before a hook, then made, failed, or made with its answer lost. One
/// wrapper stands for one process: after a crash all its calls, those of its open files
/// included, fail with Cancelled and reach neither the hook nor the tree; other wrappers
/// of the same tree go on.
///
/// Counted calls: all of FileSystem, Append and Commit of pending files, ReadAt of
/// inputs. Abort and the destructors are not: nobody can see what they do. Where a call
/// changes no names, losing it has no CommitStateUnknown by contract: Transient is
/// returned instead. Thread-safe. Must outlive the files it hands out; `inner` must
/// outlive it.
class FaultyFileSystem final : public FileSystem {
 public:
  FaultyFileSystem(FileSystem& inner, FaultHook hook);
  ~FaultyFileSystem() override;

  /// Calls so far, the one that crashed included.
  int64_t calls() const;
  bool crashed() const;
  /// The process dies now.
  void Crash();

  Result<FileInfo> Stat(const std::string& path) override;
  Result<std::vector<FileInfo>> List(const std::string& directory) override;
  Result<std::unique_ptr<ByteSource>> OpenInput(const std::string& path) override;
  Result<std::unique_ptr<PendingFile>> CreateFile(const std::string& path) override;
  int64_t PendingFileBytes() const override { return inner_.PendingFileBytes(); }
  Status CreateDirectory(const std::string& path, uint32_t mode = 0777) override;
  Status Rename(const std::string& from, const std::string& to,
                IfExists if_exists) override;
  Status DeleteFile(const std::string& path) override;
  Status DeleteDirectory(const std::string& path) override;
  Status DeleteTree(const std::string& path) override;
  Result<uint32_t> Checksum(const std::string& path) override;
  Status CheckWritable(const std::string& directory) override;
  Result<Acl> GetAcl(const std::string& path) override;
  Status SetAcl(const std::string& path, const Acl& acl) override;
  Status SetPermission(const std::string& path, uint32_t mode) override;
  Status SetOwner(const std::string& path, const std::string& owner,
                  const std::string& group) override;

 private:
  FileSystem& inner_;
  std::unique_ptr<FaultyWire> wire_;
};

}  // namespace howdah
