#include "storage/memory_file_system.h"

#include <algorithm>
#include <map>
#include <mutex>

#include "base/digest.h"
#include "storage/path.h"

namespace howdah {
namespace {

/// A file or a directory. Everything but a file's bytes is guarded by the tree's mutex.
struct Node {
  FileType type = FileType::kDirectory;
  uint32_t mode = 0;
  std::string owner = "howdah";
  std::string group = "howdah";
  Acl acl;
  int64_t mtime_us = 0;
  std::shared_ptr<const std::vector<std::byte>> bytes;    // of a file
  std::map<std::string, std::shared_ptr<Node>> children;  // of a directory

  bool is_directory() const { return type == FileType::kDirectory; }
};

Status Missing(const std::string& path) {
  return Error(ErrorKind::kNotFound, "{}: there is no such file or directory", path);
}

Status Taken(const std::string& path) {
  return Error(ErrorKind::kAlreadyExists, "{}: exists already", path);
}

Status WrongType(const std::string& path, std::string_view expected) {
  return Error(ErrorKind::kInvalidInput, "{}: expected a {}, got something else", path,
               expected);
}

FileInfo Describe(const std::string& path, const Node& node) {
  FileInfo info;
  info.path = path;
  info.type = node.type;
  info.size = node.is_directory() ? 0 : static_cast<int64_t>(node.bytes->size());
  info.mtime_us = node.mtime_us;
  info.mode = node.mode;
  info.owner = node.owner;
  info.group = node.group;
  info.may_have_acl = !node.acl.empty();
  return info;
}

class MemorySource final : public ByteSource {
 public:
  MemorySource(std::string path, std::shared_ptr<const std::vector<std::byte>> bytes)
      : path_(std::move(path)), bytes_(std::move(bytes)) {}

  const std::string& name() const override { return path_; }
  int64_t size() const override { return static_cast<int64_t>(bytes_->size()); }

  Result<int64_t> ReadAt(int64_t offset, std::span<std::byte> out) override {
    if (offset < 0) {
      return Error(ErrorKind::kInvalidInput, "{}: cannot read at offset {}", path_,
                   offset);
    }
    if (offset >= size()) return 0;
    const auto rest = std::span(*bytes_).subspan(static_cast<size_t>(offset));
    const auto part = rest.first(std::min(rest.size(), out.size()));
    std::copy(part.begin(), part.end(), out.begin());
    return static_cast<int64_t>(part.size());
  }

 private:
  const std::string path_;
  const std::shared_ptr<const std::vector<std::byte>> bytes_;
};

class MemoryFileSystem final : public FileSystem {
 public:
  explicit MemoryFileSystem(Environment& environment) : environment_(environment) {
    root_->mode = 0755;
    root_->mtime_us = environment.NowMicros();
  }

  Result<FileInfo> Stat(const std::string& path) override {
    HOWDAH_RETURN_IF_ERROR(CheckPath(path));
    std::lock_guard lock(mutex_);
    HOWDAH_ASSIGN_OR_RETURN(const auto node, Find(path));
    return Describe(path, *node);
  }

  Result<std::vector<FileInfo>> List(const std::string& directory) override {
    HOWDAH_RETURN_IF_ERROR(CheckPath(directory));
    std::lock_guard lock(mutex_);
    HOWDAH_ASSIGN_OR_RETURN(const auto node, Find(directory));
    if (!node->is_directory()) return WrongType(directory, "directory");
    std::vector<FileInfo> entries;
    for (const auto& [name, child] : node->children) {
      entries.push_back(Describe(JoinPath(directory, name), *child));
    }
    return entries;
  }

  Result<std::unique_ptr<ByteSource>> OpenInput(const std::string& path) override {
    HOWDAH_RETURN_IF_ERROR(CheckPath(path));
    std::lock_guard lock(mutex_);
    HOWDAH_ASSIGN_OR_RETURN(const auto node, Find(path));
    if (node->is_directory()) return WrongType(path, "file");
    return std::make_unique<MemorySource>(path, node->bytes);
  }

  Result<std::unique_ptr<PendingFile>> CreateFile(const std::string& path) override;

  Status CreateDirectory(const std::string& path, uint32_t mode) override {
    HOWDAH_RETURN_IF_ERROR(CheckPath(path));
    std::lock_guard lock(mutex_);
    if (path == "/") return Taken(path);
    HOWDAH_ASSIGN_OR_RETURN(const auto parent, FindParent(path));
    if (parent->children.contains(std::string(BaseName(path)))) return Taken(path);
    auto node = std::make_shared<Node>();
    node->mode = mode & 07777 & ~kUmask;
    node->mtime_us = environment_.NowMicros();
    Put(*parent, path, std::move(node));
    return Status::OK();
  }

  Status Rename(const std::string& from, const std::string& to,
                IfExists if_exists) override {
    HOWDAH_RETURN_IF_ERROR(CheckRenamePaths(from, to));
    std::lock_guard lock(mutex_);
    HOWDAH_ASSIGN_OR_RETURN(const auto node, Find(from));
    HOWDAH_ASSIGN_OR_RETURN(const auto to_parent, FindParent(to));
    HOWDAH_RETURN_IF_ERROR(CheckTarget(*to_parent, to, *node, if_exists));
    HOWDAH_ASSIGN_OR_RETURN(const auto from_parent, FindParent(from));
    Take(*from_parent, from);
    Put(*to_parent, to, node);
    return Status::OK();
  }

  Status DeleteFile(const std::string& path) override {
    HOWDAH_RETURN_IF_ERROR(CheckEntryPath(path));
    std::lock_guard lock(mutex_);
    HOWDAH_ASSIGN_OR_RETURN(const auto node, Find(path));
    if (node->is_directory()) return WrongType(path, "file");
    return Remove(path);
  }

  Status DeleteDirectory(const std::string& path) override {
    HOWDAH_RETURN_IF_ERROR(CheckEntryPath(path));
    std::lock_guard lock(mutex_);
    HOWDAH_ASSIGN_OR_RETURN(const auto node, Find(path));
    if (!node->is_directory()) return WrongType(path, "directory");
    if (!node->children.empty()) return NotEmpty(path);
    return Remove(path);
  }

  Status DeleteTree(const std::string& path) override {
    HOWDAH_RETURN_IF_ERROR(CheckEntryPath(path));
    std::lock_guard lock(mutex_);
    HOWDAH_RETURN_IF_ERROR(Find(path).status());
    return Remove(path);
  }

  Result<uint32_t> Checksum(const std::string& path) override {
    HOWDAH_RETURN_IF_ERROR(CheckPath(path));
    std::lock_guard lock(mutex_);
    HOWDAH_ASSIGN_OR_RETURN(const auto node, Find(path));
    if (node->is_directory()) return WrongType(path, "file");
    return Crc32c(0, *node->bytes);
  }

  Status CheckWritable(const std::string& directory) override {
    HOWDAH_RETURN_IF_ERROR(CheckPath(directory));
    std::lock_guard lock(mutex_);
    HOWDAH_ASSIGN_OR_RETURN(const auto node, Find(directory));
    return node->is_directory() ? Status::OK() : WrongType(directory, "directory");
  }

  Result<Acl> GetAcl(const std::string& path) override {
    HOWDAH_RETURN_IF_ERROR(CheckPath(path));
    std::lock_guard lock(mutex_);
    HOWDAH_ASSIGN_OR_RETURN(const auto node, Find(path));
    return node->acl;
  }

  Status SetAcl(const std::string& path, const Acl& acl) override {
    HOWDAH_RETURN_IF_ERROR(CheckPath(path));
    std::lock_guard lock(mutex_);
    HOWDAH_ASSIGN_OR_RETURN(const auto node, Find(path));
    for (const auto scope : {AclEntry::Scope::kAccess, AclEntry::Scope::kDefault}) {
      if (!HasScope(acl, scope)) continue;
      if (scope == AclEntry::Scope::kDefault && !node->is_directory()) {
        return WrongType(path, "directory");
      }
      HOWDAH_RETURN_IF_ERROR(CheckComplete(acl, scope, path));
    }
    if (HasScope(acl, AclEntry::Scope::kAccess)) {
      node->mode = (node->mode & 07000) | ModeOf(acl);
    }
    node->acl = acl;
    Normalize(node->acl);
    return Status::OK();
  }

  Status SetPermission(const std::string& path, uint32_t mode) override {
    HOWDAH_RETURN_IF_ERROR(CheckPath(path));
    std::lock_guard lock(mutex_);
    HOWDAH_ASSIGN_OR_RETURN(const auto node, Find(path));
    node->mode = mode & 07777;
    ChangeMode(node->acl, mode);
    return Status::OK();
  }

  Status SetOwner(const std::string& path, const std::string& owner,
                  const std::string& group) override {
    HOWDAH_RETURN_IF_ERROR(CheckPath(path));
    std::lock_guard lock(mutex_);
    HOWDAH_ASSIGN_OR_RETURN(const auto node, Find(path));
    if (!owner.empty()) node->owner = owner;
    if (!group.empty()) node->group = group;
    return Status::OK();
  }

  /// Commit of a file that was begun in `begun_in`.
  Status AddFile(const std::string& path, const std::weak_ptr<Node>& begun_in,
                 std::vector<std::byte> bytes, IfExists if_exists) {
    std::lock_guard lock(mutex_);
    const Result<std::shared_ptr<Node>> parent = FindParent(path);
    if (!parent.ok() || *parent != begun_in.lock()) {
      return Error(ErrorKind::kNotFound,
                   "{}: cannot create: its directory was removed or moved away while the "
                   "file was being written",
                   path);
    }
    auto node = std::make_shared<Node>();
    node->type = FileType::kFile;
    node->mode = 0666 & ~kUmask;
    node->mtime_us = environment_.NowMicros();
    node->bytes = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
    HOWDAH_RETURN_IF_ERROR(CheckTarget(**parent, path, *node, if_exists));
    Put(**parent, path, std::move(node));
    return Status::OK();
  }

 private:
  static constexpr uint32_t kUmask = 022;

  static Status CheckComplete(Acl acl, AclEntry::Scope scope, const std::string& path) {
    using Kind = AclEntry::Kind;
    const bool named = std::ranges::any_of(acl, [scope](const AclEntry& entry) {
      return entry.scope == scope && !entry.name.empty();
    });
    for (const Kind kind : {Kind::kUser, Kind::kGroup, Kind::kOther, Kind::kMask}) {
      if (kind == Kind::kMask && !named) continue;
      if (FindEntry(acl, scope, kind) != nullptr) continue;
      return Error(ErrorKind::kInvalidInput,
                   "{}: the access control list is not complete", path);
    }
    return Status::OK();
  }

  static Status NotEmpty(const std::string& path) {
    return Error(ErrorKind::kAlreadyExists, "{}: the directory is not empty", path);
  }

  Result<std::shared_ptr<Node>> Find(const std::string& path) {
    std::shared_ptr<Node> node = root_;
    std::string_view rest = std::string_view(path).substr(1);
    while (!rest.empty()) {
      const std::string name(rest.substr(0, rest.find('/')));
      rest.remove_prefix(std::min(rest.size(), name.size() + 1));
      const auto child = node->children.find(name);  // a file has none
      if (child == node->children.end()) return Missing(path);
      node = child->second;
    }
    return node;
  }

  /// The directory in which `path` may be made. NotFound; InvalidInput if a file is in
  /// its place or in that of a directory above.
  Result<std::shared_ptr<Node>> FindParent(const std::string& path) {
    const std::string parent = ParentPath(path);
    for (std::string ancestor = parent;; ancestor = ParentPath(ancestor)) {
      const Result<std::shared_ptr<Node>> node = Find(ancestor);
      if (!node.ok()) continue;  // ends at the root
      if (!(*node)->is_directory()) return WrongType(ancestor, "directory");
      return ancestor == parent ? node : Missing(parent);
    }
  }

  /// May `node` be put at `path`?
  static Status CheckTarget(const Node& parent, const std::string& path, const Node& node,
                            IfExists if_exists) {
    const auto taken = parent.children.find(std::string(BaseName(path)));
    if (taken == parent.children.end()) return Status::OK();
    if (if_exists == IfExists::kFail) return Taken(path);
    const Node& target = *taken->second;
    if (&target == &node) return Status::OK();
    if (target.is_directory() != node.is_directory()) {
      return WrongType(path, node.is_directory() ? "directory" : "file");
    }
    return target.children.empty() ? Status::OK() : NotEmpty(path);
  }

  void Put(Node& parent, const std::string& path, std::shared_ptr<Node> node) {
    parent.children[std::string(BaseName(path))] = std::move(node);
    parent.mtime_us = environment_.NowMicros();
  }

  void Take(Node& parent, const std::string& path) {
    parent.children.erase(std::string(BaseName(path)));
    parent.mtime_us = environment_.NowMicros();
  }

  Status Remove(const std::string& path) {
    HOWDAH_ASSIGN_OR_RETURN(const auto parent, FindParent(path));
    Take(*parent, path);
    return Status::OK();
  }

  Environment& environment_;
  std::mutex mutex_;
  const std::shared_ptr<Node> root_ = std::make_shared<Node>();
};

class MemoryPendingFile final : public PendingFile {
 public:
  MemoryPendingFile(MemoryFileSystem& fs, std::string path, std::weak_ptr<Node> directory)
      : fs_(fs), path_(std::move(path)), directory_(std::move(directory)) {}

  Status Append(std::span<const std::byte> bytes) override {
    HOWDAH_RETURN_IF_ERROR(ended_);
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return Status::OK();
  }

  Result<ClosedFile> Commit(IfExists if_exists) override {
    HOWDAH_RETURN_IF_ERROR(ended_);
    const ClosedFile closed{.size = static_cast<int64_t>(bytes_.size()),
                            .crc32c = Crc32c(0, bytes_)};
    const Status status = fs_.AddFile(path_, directory_, std::move(bytes_), if_exists);
    ended_ = status.ok() ? UsedAfter("commit") : status;
    HOWDAH_RETURN_IF_ERROR(status);
    return closed;
  }

  void Abort() noexcept override {
    if (ended_.ok()) ended_ = UsedAfter("abort");
    bytes_ = {};
  }

 private:
  Status UsedAfter(std::string_view end) const {
    return Error(ErrorKind::kInternal, "{}: used after its {}", path_, end);
  }

  MemoryFileSystem& fs_;
  const std::string path_;
  const std::weak_ptr<Node> directory_;  // in which the file was begun
  std::vector<std::byte> bytes_;
  Status ended_;  // OK while the file takes bytes
};

Result<std::unique_ptr<PendingFile>> MemoryFileSystem::CreateFile(
    const std::string& path) {
  HOWDAH_RETURN_IF_ERROR(CheckEntryPath(path));
  std::lock_guard lock(mutex_);
  HOWDAH_ASSIGN_OR_RETURN(const auto parent, FindParent(path));
  return std::make_unique<MemoryPendingFile>(*this, path, parent);
}

}  // namespace

std::unique_ptr<FileSystem> MakeMemoryFileSystem(Environment& environment) {
  return std::make_unique<MemoryFileSystem>(environment);
}

}  // namespace howdah
