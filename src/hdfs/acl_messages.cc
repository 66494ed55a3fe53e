#include "hdfs/acl_messages.h"

#include <protozero/pbf_writer.hpp>

#include "hdfs/message_reader.h"

namespace howdah::hdfs {
namespace {

using Scope = AclEntry::Scope;
using Kind = AclEntry::Kind;

template <typename Enum>
Enum ToEnum(int32_t value, Enum last, const char* what) {
  if (value >= 0 && value <= static_cast<int32_t>(last)) return static_cast<Enum>(value);
  throw BadMessage{fmt::format("{} is no {} of an access control list", value, what)};
}

AclEntry ReadAclEntry(MessageReader reader) {
  AclEntry entry;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        entry.kind = ToEnum(reader.Int32(), Kind::kOther, "kind");
        break;
      case 2:
        entry.scope = ToEnum(reader.Int32(), Scope::kDefault, "scope");
        break;
      case 3:
        entry.permissions = static_cast<uint32_t>(reader.Int32()) & 7;
        break;
      case 4:
        entry.name = reader.Text();
        break;
    }
  }
  reader.Require({1, 2, 3});
  return entry;
}

uint32_t ReadMode(MessageReader reader) {
  uint32_t mode = 0;
  while (reader.Next()) {
    if (reader.field() == 1) mode = reader.Uint32();
  }
  reader.Require({1});
  return mode;
}

}  // namespace

std::string EncodeAclEntry(const AclEntry& entry) {
  std::string bytes;
  protozero::pbf_writer writer(bytes);
  writer.add_enum(1, static_cast<int32_t>(entry.kind));
  writer.add_enum(2, static_cast<int32_t>(entry.scope));
  writer.add_enum(3, static_cast<int32_t>(entry.permissions));
  if (!entry.name.empty()) writer.add_string(4, entry.name);
  return bytes;
}

Acl ReadAcl(MessageReader reader) {
  Acl acl;
  uint32_t mode = 0;
  while (reader.Next()) {
    if (reader.field() == 4) {
      acl.push_back(ReadAclEntry(reader.Message("AclEntryProto")));
    } else if (reader.field() == 5) {
      mode = ReadMode(reader.Message("FsPermissionProto"));
    }
  }
  reader.Require({1, 2, 3, 5});
  // Of an access list the mode has the owner's entry, the mask and that of others.
  if (HasScope(acl, Scope::kAccess)) {
    acl.push_back({Scope::kAccess, Kind::kUser, "", mode >> 6 & 7});
    acl.push_back({Scope::kAccess, Kind::kMask, "", mode >> 3 & 7});
    acl.push_back({Scope::kAccess, Kind::kOther, "", mode & 7});
  }
  Normalize(acl);
  return acl;
}

}  // namespace howdah::hdfs
