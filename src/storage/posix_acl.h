#pragma once

#include <cstdint>
#include <string>

#include "base/status.h"
#include "storage/acl.h"

namespace howdah {

/// Access control lists of Linux, in the form in which its kernel takes and gives them as
/// extended attributes (linux/posix_acl_xattr.h). Names are numbers of users and groups.

/// As FileSystem::GetAcl and SetAcl; where the file system knows no lists, there is none.
Result<Acl> ReadPosixAcl(const std::string& path);
Status WritePosixAcl(const std::string& path, const Acl& acl);

/// "1000" -> 1000; InvalidInput.
Result<uint32_t> ParsePosixId(const std::string& name);

}  // namespace howdah
