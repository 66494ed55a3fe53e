#pragma once

#include <vector>

#include "cli/fs/call.h"

namespace howdah::cli {

/// One or a few related verbs each.
FsVerb LsVerb();
FsVerb StatVerb();
std::vector<FsVerb> ReadVerbs();  ///< cat, head, tail
std::vector<FsVerb> CopyVerbs();  ///< put, get, cp
std::vector<FsVerb> NameVerbs();  ///< mv, mkdir
FsVerb RmVerb();
std::vector<FsVerb> OwnerVerbs();  ///< chmod, chown
FsVerb SetrepVerb();
FsVerb TestVerb();
std::vector<FsVerb> UsageVerbs();  ///< du, count, df
FsVerb FindVerb();
FsVerb ChecksumVerb();
FsVerb ConfVerb();

}  // namespace howdah::cli
