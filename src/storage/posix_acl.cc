#include "storage/posix_acl.h"

#include <endian.h>
#include <linux/limits.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "storage/posix_descriptor.h"
#include "storage/posix_error.h"

namespace howdah {
namespace {

using Scope = AclEntry::Scope;
using Kind = AclEntry::Kind;

struct Tag {
  uint16_t tag;
  Kind kind;
  bool named;
};
constexpr Tag kTags[] = {
    {ACL_USER_OBJ, Kind::kUser, false},   {ACL_USER, Kind::kUser, true},
    {ACL_GROUP_OBJ, Kind::kGroup, false}, {ACL_GROUP, Kind::kGroup, true},
    {ACL_MASK, Kind::kMask, false},       {ACL_OTHER, Kind::kOther, false},
};

const char* AttributeOf(Scope scope) {
  return scope == Scope::kAccess ? "system.posix_acl_access" : "system.posix_acl_default";
}

bool MeansNone(int error) {
  return error == ENODATA || error == EOPNOTSUPP || error == ENOSYS;
}

Status LookupError(int error, const std::string& path, std::string_view act) {
  return PosixError(error == ENOTDIR ? ENOENT : error, path, act);
}

Result<bool> IsDirectory(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return LookupError(errno, path, "look up");
  return S_ISDIR(info.st_mode);
}

/// Empty: there is none.
Result<std::string> ReadAttribute(const std::string& path, const char* attribute) {
  std::string bytes(XATTR_SIZE_MAX, '\0');
  const ssize_t size = ::getxattr(path.c_str(), attribute, bytes.data(), bytes.size());
  if (size < 0 && !MeansNone(errno)) {
    return LookupError(errno, path, "read the access control list");
  }
  bytes.resize(static_cast<size_t>(std::max<ssize_t>(size, 0)));
  return bytes;
}

Status Decode(const std::string& bytes, const std::string& path, Scope scope, Acl& acl) {
  posix_acl_xattr_header header{};
  posix_acl_xattr_entry read{};
  if (bytes.empty()) return Status::OK();
  if (bytes.size() < sizeof header || (bytes.size() - sizeof header) % sizeof read != 0) {
    return Error(ErrorKind::kCorruption, "{}: its access control list has {} bytes", path,
                 bytes.size());
  }
  std::memcpy(&header, bytes.data(), sizeof header);
  if (le32toh(header.a_version) != POSIX_ACL_XATTR_VERSION) {
    return Error(ErrorKind::kUnsupported, "{}: its access control list has version {}",
                 path, le32toh(header.a_version));
  }
  for (size_t at = sizeof header; at < bytes.size(); at += sizeof read) {
    std::memcpy(&read, bytes.data() + at, sizeof read);
    const auto* const tag = std::ranges::find(kTags, le16toh(read.e_tag), &Tag::tag);
    if (tag == std::end(kTags)) {
      return Error(ErrorKind::kCorruption,
                   "{}: its access control list has an entry of the unknown kind {}",
                   path, le16toh(read.e_tag));
    }
    acl.push_back({scope, tag->kind,
                   tag->named ? std::to_string(le32toh(read.e_id)) : std::string(),
                   uint32_t{le16toh(read.e_perm)} & 7});
  }
  return Status::OK();
}

Result<std::string> Encode(const Acl& acl, Scope scope) {
  posix_acl_xattr_header header{};
  header.a_version = htole32(POSIX_ACL_XATTR_VERSION);
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  for (const AclEntry& entry : acl) {
    if (entry.scope != scope) continue;
    uint32_t id = static_cast<uint32_t>(ACL_UNDEFINED_ID);
    if (!entry.name.empty()) {
      HOWDAH_ASSIGN_OR_RETURN(id, ParsePosixId(entry.name));
    }
    const auto* const tag = std::ranges::find_if(kTags, [&](const Tag& row) {
      return row.kind == entry.kind && row.named == !entry.name.empty();
    });
    if (tag == std::end(kTags)) {
      return Error(ErrorKind::kInvalidInput,
                   "'{}' is the name of an access control list's mask or others",
                   entry.name);
    }
    const posix_acl_xattr_entry written{htole16(tag->tag),
                                        htole16(static_cast<uint16_t>(entry.permissions)),
                                        htole32(id)};
    bytes.append(reinterpret_cast<const char*>(&written), sizeof written);
  }
  return bytes;
}

/// \param opened  by which `path` is changed.
Status WriteScope(const Descriptor& opened, const std::string& path, const Acl& acl,
                  Scope scope) {
  const char* const attribute = AttributeOf(scope);
  const std::string itself = PathOf(opened);
  int result = 0;
  if (HasScope(acl, scope)) {
    HOWDAH_ASSIGN_OR_RETURN(const std::string bytes, Encode(acl, scope));
    result = ::setxattr(itself.c_str(), attribute, bytes.data(), bytes.size(), 0);
  } else {
    result = ::removexattr(itself.c_str(), attribute);
    if (result != 0 && MeansNone(errno)) return Status::OK();
  }
  if (result == 0) return Status::OK();
  return LookupError(errno, path, "change the access control list");
}

}  // namespace

Result<Acl> ReadPosixAcl(const std::string& path) {
  Acl acl;
  HOWDAH_ASSIGN_OR_RETURN(const bool is_directory, IsDirectory(path));
  for (const Scope scope : {Scope::kAccess, Scope::kDefault}) {
    if (scope == Scope::kDefault && !is_directory) continue;
    HOWDAH_ASSIGN_OR_RETURN(const std::string bytes,
                            ReadAttribute(path, AttributeOf(scope)));
    HOWDAH_RETURN_IF_ERROR(Decode(bytes, path, scope, acl));
  }
  Normalize(acl);
  return acl;
}

Status WritePosixAcl(const std::string& path, const Acl& acl) {
  HOWDAH_ASSIGN_OR_RETURN(const bool is_directory, IsDirectory(path));
  if (!is_directory && HasScope(acl, Scope::kDefault)) {
    return Error(ErrorKind::kInvalidInput,
                 "{}: only a directory can have a default access control list", path);
  }
  const Descriptor opened = OpenTrusted(path);
  if (opened.get() == -1) {
    return LookupError(errno, path, "change the access control list");
  }
  HOWDAH_RETURN_IF_ERROR(WriteScope(opened, path, acl, Scope::kAccess));
  return is_directory ? WriteScope(opened, path, acl, Scope::kDefault) : Status::OK();
}

Result<uint32_t> ParsePosixId(const std::string& name) {
  uint32_t id = 0;
  const char* const end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data(), end, id);
  if (error == std::errc() && stop == end && id != UINT32_MAX) return id;
  return Error(ErrorKind::kInvalidInput,
               "'{}' is no number of a user or a group, by which this storage names them",
               name);
}

}  // namespace howdah
