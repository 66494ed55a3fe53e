#include "hdfs/hdfs_file_system.h"

#include <algorithm>
#include <utility>

#include "hdfs/file_checksum.h"
#include "hdfs/file_reader.h"
#include "hdfs/hdfs_pending_file.h"
#include "hdfs/namenode_client.h"
#include "hdfs/path_rules.h"

namespace howdah::hdfs {
namespace {

// Of CheckAccess: what making entries in a directory needs.
constexpr uint32_t kWriteAndExecute = 3;

Status NoSuchPath(const std::string& path) {
  return Error(ErrorKind::kNotFound, "{}: no such file or directory", path);
}

FileInfo ToFileInfo(const FileStatus& status, std::string path) {
  FileInfo info;
  info.path = std::move(path);
  info.mtime_us = status.modification_time_ms * 1000;
  info.mode = status.mode;
  info.owner = status.owner;
  info.group = status.group;
  info.may_have_acl = status.has_acl;
  switch (status.type) {
    case NodeType::kDirectory:
      info.type = FileType::kDirectory;
      break;
    case NodeType::kFile:
      info.type = FileType::kFile;
      info.size = static_cast<int64_t>(status.length);
      break;
    case NodeType::kSymlink:
      // HDFS leaves links to its clients, and has them switched off.
      info.is_symlink = true;
      break;
  }
  return info;
}

/// What may be done again needs nobody to look whether it was done.
Status Definite(const Status& status) {
  if (!Is(status, ErrorKind::kCommitStateUnknown)) return status;
  return MakeError(ErrorKind::kTransient, status.message());
}

Status RefuseAsInput(const FileStatus& status, const std::string& path) {
  if (status.type == NodeType::kDirectory) {
    return Error(ErrorKind::kInvalidInput, "{} is a directory, expected a file", path);
  }
  if (status.type == NodeType::kSymlink) {
    return Error(ErrorKind::kUnsupported, "{} is a symbolic link of HDFS, to {}", path,
                 status.symlink_target);
  }
  return CheckPlainFile(status, path);
}

}  // namespace

Status CheckPlainFile(const FileStatus& status, const std::string& path) {
  if (status.encrypted) {
    return Error(
        ErrorKind::kUnsupported,
        "{} is in an encryption zone, which this version of howdah neither reads "
        "nor writes",
        path);
  }
  if (status.erasure_coded) {
    return Error(ErrorKind::kUnsupported,
                 "{} is erasure coded ({}), which this version of howdah neither reads "
                 "nor writes",
                 path, status.erasure_coding_policy);
  }
  return Status::OK();
}

HdfsFileSystem::HdfsFileSystem(std::unique_ptr<Namenode> namenode, ClientOptions options,
                               Environment& environment, Pacing& pacing)
    : options_(std::move(options)),
      environment_(environment),
      pacing_(pacing),
      namenode_(std::move(namenode)),
      leases_(*namenode_, options_, pacing) {}

std::unique_ptr<HdfsFileSystem> HdfsFileSystem::Make(ClientOptions options) {
  auto namenode = std::make_unique<NamenodeClient>(options);
  return std::make_unique<HdfsFileSystem>(std::move(namenode), std::move(options));
}

// --- looking

Result<std::optional<FileStatus>> HdfsFileSystem::Find(const std::string& path) {
  auto found = namenode_->GetFileInfo(path);
  // Below a file there is nothing.
  if (Is(found.status(), ErrorKind::kNotFound)) return std::nullopt;
  return found;
}

Result<FileStatus> HdfsFileSystem::Describe(const std::string& path) {
  HOWDAH_RETURN_IF_ERROR(CheckHdfsPath(path));
  HOWDAH_ASSIGN_OR_RETURN(std::optional<FileStatus> found, Find(path));
  if (!found.has_value()) return NoSuchPath(path);
  found->name = BaseName(path);
  return *std::move(found);
}

Result<FileInfo> HdfsFileSystem::Stat(const std::string& path) {
  HOWDAH_ASSIGN_OR_RETURN(const FileStatus status, Describe(path));
  return ToFileInfo(status, path);
}

Result<std::vector<FileStatus>> HdfsFileSystem::DescribeEntries(
    const std::string& directory) {
  HOWDAH_RETURN_IF_ERROR(CheckHdfsPath(directory));
  std::vector<FileStatus> entries;
  std::string last;
  while (true) {
    HOWDAH_ASSIGN_OR_RETURN(std::optional<DirectoryListing> page,
                            namenode_->GetListing(directory, last));
    if (!page.has_value()) return NoSuchPath(directory);
    for (FileStatus& entry : page->entries) {
      if (entry.name.empty()) {
        return Error(ErrorKind::kInvalidInput, "{} is a file, expected a directory",
                     directory);
      }
      entries.push_back(std::move(entry));
    }
    if (page->remaining == 0) break;
    if (page->entries.empty() || entries.back().name == last) {
      return Error(ErrorKind::kCorruption, "{}: the NameNode's listing does not go on",
                   directory);
    }
    last = entries.back().name;
  }
  // The NameNode takes bytes for signed numbers when it sorts.
  std::ranges::sort(entries, {}, &FileStatus::name);
  return entries;
}

Result<std::vector<FileInfo>> HdfsFileSystem::List(const std::string& directory) {
  HOWDAH_ASSIGN_OR_RETURN(const std::vector<FileStatus> entries,
                          DescribeEntries(directory));
  std::vector<FileInfo> infos;
  infos.reserve(entries.size());
  for (const FileStatus& entry : entries) {
    infos.push_back(ToFileInfo(entry, JoinPath(directory, entry.name)));
  }
  return infos;
}

Result<std::unique_ptr<ByteSource>> HdfsFileSystem::OpenInput(const std::string& path) {
  HOWDAH_ASSIGN_OR_RETURN(const FileStatus status, Describe(path));
  HOWDAH_RETURN_IF_ERROR(RefuseAsInput(status, path));
  return HdfsFileReader::Open(*namenode_, options_, path, path);
}

Result<uint32_t> HdfsFileSystem::Checksum(const std::string& path) {
  HOWDAH_ASSIGN_OR_RETURN(const FileStatus status, Describe(path));
  HOWDAH_RETURN_IF_ERROR(RefuseAsInput(status, path));
  HOWDAH_ASSIGN_OR_RETURN(const FileChecksum checksum,
                          ChecksumOfFile(*namenode_, options_, path));
  return checksum.crc32c;
}

Status HdfsFileSystem::CheckWritable(const std::string& directory) {
  HOWDAH_ASSIGN_OR_RETURN(const FileStatus status, Describe(directory));
  if (status.type != NodeType::kDirectory) {
    return Error(ErrorKind::kInvalidInput, "{} is a file, expected a directory",
                 directory);
  }
  HOWDAH_RETURN_IF_ERROR(CheckPlainFile(status, directory));
  return namenode_->CheckAccess(directory, kWriteAndExecute);
}

Result<ContentSummary> HdfsFileSystem::Summarize(const std::string& path) {
  HOWDAH_RETURN_IF_ERROR(CheckHdfsPath(path));
  return namenode_->GetContentSummary(path);
}

Result<FileSystemStatus> HdfsFileSystem::Space() { return namenode_->GetStatus(); }

// --- attributes

Result<Acl> HdfsFileSystem::GetAcl(const std::string& path) {
  HOWDAH_RETURN_IF_ERROR(CheckHdfsPath(path));
  Result<Acl> acl = namenode_->GetAcl(path);
  if (!Is(acl.status(), ErrorKind::kUnsupported)) return acl;
  HOWDAH_RETURN_IF_ERROR(Describe(path).status());
  return Acl();
}

Status HdfsFileSystem::SetAcl(const std::string& path, const Acl& acl) {
  HOWDAH_RETURN_IF_ERROR(CheckHdfsPath(path));
  // What the NameNode is not told of a scope stays as it is.
  if (!HasScope(acl, AclEntry::Scope::kDefault)) {
    const Status removed = namenode_->RemoveAcl(path);
    if (Is(removed, ErrorKind::kUnsupported) && acl.empty()) {
      return Describe(path).status();
    }
    if (!removed.ok() || acl.empty()) return Definite(removed);
  }
  Acl whole = acl;
  if (!HasScope(acl, AclEntry::Scope::kAccess)) {
    HOWDAH_ASSIGN_OR_RETURN(const FileStatus status, Describe(path));
    const Acl access = AclOfMode(status.mode);
    whole.insert(whole.end(), access.begin(), access.end());
  }
  return Definite(namenode_->SetAcl(path, whole));
}

Status HdfsFileSystem::SetPermission(const std::string& path, uint32_t mode) {
  HOWDAH_RETURN_IF_ERROR(CheckHdfsPath(path));
  return Definite(namenode_->SetPermission(path, mode));
}

Status HdfsFileSystem::SetOwner(const std::string& path, const std::string& owner,
                                const std::string& group) {
  HOWDAH_RETURN_IF_ERROR(CheckHdfsPath(path));
  return Definite(namenode_->SetOwner(path, owner, group));
}

Status HdfsFileSystem::SetTimes(const std::string& path, int64_t modification_ms,
                                int64_t access_ms) {
  HOWDAH_RETURN_IF_ERROR(CheckHdfsPath(path));
  return namenode_->SetTimes(path, modification_ms, access_ms);
}

Status HdfsFileSystem::SetReplication(const std::string& path, uint32_t replication) {
  HOWDAH_RETURN_IF_ERROR(CheckHdfsPath(path));
  HOWDAH_ASSIGN_OR_RETURN(const bool done, namenode_->SetReplication(path, replication));
  if (done) return Status::OK();
  HOWDAH_ASSIGN_OR_RETURN(const FileStatus status, Describe(path));
  HOWDAH_RETURN_IF_ERROR(RefuseAsInput(status, path));
  return Error(ErrorKind::kInternal, "{}: the NameNode did not set its replication",
               path);
}

Result<bool> HdfsFileSystem::RecoverLease(const std::string& path) {
  HOWDAH_RETURN_IF_ERROR(CheckHdfsEntryPath(path));
  return namenode_->RecoverLease(path);
}

// --- making and moving

Result<std::unique_ptr<PendingFile>> HdfsFileSystem::CreateFile(const std::string& path) {
  HOWDAH_RETURN_IF_ERROR(CheckHdfsEntryPath(path));
  return BeginHdfsFile(*this, path);
}

Status HdfsFileSystem::CreateDirectory(const std::string& path, uint32_t mode) {
  HOWDAH_RETURN_IF_ERROR(CheckHdfsPath(path));
  HOWDAH_ASSIGN_OR_RETURN(const std::optional<FileStatus> found, Find(path));
  if (found.has_value()) {
    return Error(ErrorKind::kAlreadyExists, "{} exists", path);
  }
  const std::string hidden = HiddenName(path, RandomHex(environment_));
  Status made = namenode_->MakeDirectory(hidden, mode, MakeParents::kNo);
  if (Is(made, ErrorKind::kCommitStateUnknown)) {
    // Whether the hidden one is there or not: `path` is not.
    made = MakeError(ErrorKind::kTransient, made.message());
  } else if (made.ok()) {
    made = Rename(hidden, path, IfExists::kFail);
    if (made.ok() || Is(made, ErrorKind::kCommitStateUnknown)) return made;
  } else {
    return ExplainMissing(made, path);
  }
  static_cast<void>(namenode_->Delete(hidden, Recursive::kNo));
  return made;
}

Status HdfsFileSystem::Rename(const std::string& from, const std::string& to,
                              IfExists if_exists) {
  HOWDAH_RETURN_IF_ERROR(CheckHdfsRenamePaths(from, to));
  if (from == to) {
    HOWDAH_ASSIGN_OR_RETURN(const std::optional<FileStatus> found, Find(from));
    if (!found.has_value()) return NoSuchPath(from);
    if (if_exists == IfExists::kReplace) return Status::OK();
    return Error(ErrorKind::kAlreadyExists, "{} exists", to);
  }
  const Status renamed = namenode_->Rename(
      from, to, if_exists == IfExists::kReplace ? Overwrite::kYes : Overwrite::kNo);
  return renamed.ok() ? renamed : ExplainRename(renamed, from, to, if_exists);
}

// HDFS says "not found" of a parent that is missing and of one that is a file.
Status HdfsFileSystem::ExplainMissing(const Status& status, const std::string& path) {
  if (!Is(status, ErrorKind::kNotFound)) return status;
  for (std::string parent = ParentPath(path); parent != "/";
       parent = ParentPath(parent)) {
    const Result<std::optional<FileStatus>> found = Find(parent);
    if (!found.ok()) return status;
    if (!found->has_value()) continue;
    if ((*found)->type == NodeType::kDirectory) return status;
    return Error(ErrorKind::kInvalidInput, "{}: {} is a file, expected a directory", path,
                 parent);
  }
  return status;
}

// HDFS has one exception for many causes, and its order of checks is not the contract's.
// A rename that failed has changed nothing, so what is there now says why.
Status HdfsFileSystem::ExplainRename(const Status& status, const std::string& from,
                                     const std::string& to, IfExists if_exists) {
  switch (KindOf(status)) {
    case ErrorKind::kNotFound:
    case ErrorKind::kAlreadyExists:
    case ErrorKind::kInvalidInput:
    case ErrorKind::kInternal:
      break;
    default:
      return status;
  }
  const Result<std::optional<FileStatus>> source = Find(from);
  const Result<std::optional<FileStatus>> target = Find(to);
  if (!source.ok() || !target.ok()) return status;
  if (!source->has_value()) return NoSuchPath(from);
  if (!target->has_value()) return ExplainMissing(status, to);
  if (if_exists == IfExists::kFail) {
    return Error(ErrorKind::kAlreadyExists, "{} exists", to);
  }
  const bool moves_directory = (*source)->type == NodeType::kDirectory;
  if (moves_directory != ((*target)->type == NodeType::kDirectory)) {
    return Error(ErrorKind::kInvalidInput, "{} is a {} and cannot replace {}, a {}", from,
                 moves_directory ? "directory" : "file", to,
                 moves_directory ? "file" : "directory");
  }
  if (moves_directory) {
    return Error(ErrorKind::kAlreadyExists, "{} is not empty", to);
  }
  return status;
}

// --- deleting

Status HdfsFileSystem::DeleteFile(const std::string& path) {
  HOWDAH_RETURN_IF_ERROR(CheckHdfsEntryPath(path));
  HOWDAH_ASSIGN_OR_RETURN(const FileStatus status, Describe(path));
  if (status.type == NodeType::kDirectory) {
    return Error(ErrorKind::kInvalidInput, "{} is a directory, expected a file", path);
  }
  HOWDAH_ASSIGN_OR_RETURN(const bool deleted, namenode_->Delete(path, Recursive::kNo));
  return deleted ? Status::OK() : NoSuchPath(path);
}

Status HdfsFileSystem::DeleteDirectory(const std::string& path) {
  HOWDAH_RETURN_IF_ERROR(CheckHdfsEntryPath(path));
  HOWDAH_ASSIGN_OR_RETURN(const FileStatus status, Describe(path));
  if (status.type != NodeType::kDirectory) {
    return Error(ErrorKind::kInvalidInput, "{} is a file, expected a directory", path);
  }
  HOWDAH_ASSIGN_OR_RETURN(const bool deleted, namenode_->Delete(path, Recursive::kNo));
  return deleted ? Status::OK() : NoSuchPath(path);
}

Status HdfsFileSystem::DeleteTree(const std::string& path) {
  HOWDAH_RETURN_IF_ERROR(CheckHdfsEntryPath(path));
  HOWDAH_ASSIGN_OR_RETURN(const bool deleted, namenode_->Delete(path, Recursive::kYes));
  return deleted ? Status::OK() : NoSuchPath(path);
}

}  // namespace howdah::hdfs
