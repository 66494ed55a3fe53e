#include "commit/access.h"

#include <utility>

#include "base/log.h"

namespace howdah {
namespace {

using Scope = AclEntry::Scope;
using Kind = AclEntry::Kind;

constexpr uint32_t kSetGroup = 02000, kStickyForAll = 01002;
// What owners keep in any case, so that they can go on working with what is theirs.
constexpr uint32_t kOwnersDirectory = 0700, kOwnersFile = 0600;

/// This process may not do it, or nobody can on this file system.
bool IsRefused(const Status& status) {
  return Is(status, ErrorKind::kPermissionDenied) || Is(status, ErrorKind::kUnsupported);
}

uint32_t GroupAsOthers(uint32_t mode) { return mode & (07707 | (mode & 7) << 3); }

/// The mode and the list that something has, or shall have.
struct Permissions {
  uint32_t mode = 0;
  Acl acl;
};

/// What is made in a directory, by what is known of that.
class Heir {
 public:
  Heir(const FileInfo& parent, Acl acl) : mode_(parent.mode) {
    if (HasScope(acl, Scope::kAccess)) mode_ = (mode_ & ~0777u) | ModeBelowMask(acl);
    for (AclEntry& entry : acl) {
      if (entry.scope == Scope::kDefault) default_.push_back(std::move(entry));
    }
  }

  /// \param same_group  it has the parent's group; otherwise its group gets no more than
  /// others.
  Permissions Of(FileType type, bool same_group) const {
    const bool is_directory = type == FileType::kDirectory;
    Permissions heir = default_.empty() ? ByMode(is_directory, same_group)
                                        : ByDefaultList(is_directory, same_group);
    if (is_directory && same_group) heir.mode |= mode_ & kSetGroup;
    return heir;
  }

 private:
  Permissions ByMode(bool is_directory, bool same_group) const {
    uint32_t mode = mode_ & (is_directory ? 0777 : 0666);
    if (!same_group) mode = GroupAsOthers(mode);
    return {mode | (is_directory ? kOwnersDirectory : kOwnersFile), {}};
  }

  /// As POSIX.1e has it: the directory's default list, of which a file loses `x`.
  Permissions ByDefaultList(bool is_directory, bool same_group) const {
    Acl defaults = default_;
    AclEntry* const group = FindEntry(defaults, Scope::kDefault, Kind::kGroup);
    const AclEntry* const other = FindEntry(defaults, Scope::kDefault, Kind::kOther);
    if (!same_group && group != nullptr) {
      group->permissions &= other != nullptr ? other->permissions : 0;
    }
    Acl acl = defaults;
    for (AclEntry& entry : acl) entry.scope = Scope::kAccess;
    const uint32_t mode = is_directory ? ModeOf(acl) | kOwnersDirectory
                                       : (ModeOf(acl) & 0666) | kOwnersFile;
    ChangeMode(acl, mode);
    if (is_directory) acl.insert(acl.end(), defaults.begin(), defaults.end());
    Normalize(acl);
    return {mode, std::move(acl)};
  }

  uint32_t mode_;
  Acl default_;
};

class Giver {
 public:
  Giver(FileSystem& fs, FileInfo parent, Acl acl)
      : fs_(fs), parent_(std::move(parent)), heir_(parent_, std::move(acl)) {}

  /// What is below goes first: a directory may be no longer ours after its turn.
  Status GiveTree(const FileInfo& entry) {
    if (entry.is_symlink || entry.type == FileType::kOther) return Status::OK();
    if (entry.type == FileType::kDirectory) {
      HOWDAH_ASSIGN_OR_RETURN(const std::vector<FileInfo> below, fs_.List(entry.path));
      for (const FileInfo& child : below) HOWDAH_RETURN_IF_ERROR(GiveTree(child));
    }
    HOWDAH_ASSIGN_OR_RETURN(const bool same_group, GiveGroup(entry));
    const Status permitted = GivePermissions(entry, heir_.Of(entry.type, same_group));
    if (IsRefused(permitted)) {
      WarnOnce(warned_of_permissions_, "permissions", permitted);
    } else {
      HOWDAH_RETURN_IF_ERROR(permitted);
    }
    return GiveOwner(entry);
  }

 private:
  /// \return does it have the parent's group now?
  Result<bool> GiveGroup(const FileInfo& entry) {
    if (entry.group == parent_.group) return true;
    if (warned_of_group_) return false;
    const Status given = fs_.SetOwner(entry.path, "", parent_.group);
    if (!IsRefused(given)) {
      HOWDAH_RETURN_IF_ERROR(given);
      return true;
    }
    WarnOnce(warned_of_group_, "group", given);
    return false;
  }

  Status GivePermissions(const FileInfo& entry, const Permissions& wanted) {
    Acl acl;
    if (entry.may_have_acl) {
      HOWDAH_ASSIGN_OR_RETURN(acl, fs_.GetAcl(entry.path));
    }
    if (acl != wanted.acl) {
      HOWDAH_RETURN_IF_ERROR(fs_.SetAcl(entry.path, wanted.acl));
    } else if (entry.mode == wanted.mode) {
      return Status::OK();
    }
    return fs_.SetPermission(entry.path, wanted.mode);
  }

  /// Only root, or HDFS's superuser, may. Anybody else owns what he makes, as always.
  Status GiveOwner(const FileInfo& entry) {
    if (entry.owner == parent_.owner || owner_refused_) return Status::OK();
    const Status given = fs_.SetOwner(entry.path, parent_.owner, "");
    owner_refused_ = IsRefused(given);
    return owner_refused_ ? Status::OK() : given;
  }

  void WarnOnce(bool& warned, const char* what, const Status& why) {
    if (!std::exchange(warned, true)) {
      Log(LogLevel::kWarning, "what is published does not get the {} of '{}': {}", what,
          parent_.path, why.message());
    }
  }

  FileSystem& fs_;
  const FileInfo parent_;
  const Heir heir_;
  bool owner_refused_ = false;
  bool warned_of_group_ = false;
  bool warned_of_permissions_ = false;
};

}  // namespace

Status GiveAccessOf(FileSystem& fs, const std::string& parent, const std::string& tree) {
  HOWDAH_ASSIGN_OR_RETURN(FileInfo above, fs.Stat(parent));
  // Where everybody has their own, as in /tmp, nobody's is a model for another's.
  if ((above.mode & kStickyForAll) == kStickyForAll) return Status::OK();
  Acl acl;
  if (above.may_have_acl) {
    HOWDAH_ASSIGN_OR_RETURN(acl, fs.GetAcl(parent));
  }
  HOWDAH_ASSIGN_OR_RETURN(const FileInfo root, fs.Stat(tree));
  return Giver(fs, std::move(above), std::move(acl)).GiveTree(root);
}

}  // namespace howdah
