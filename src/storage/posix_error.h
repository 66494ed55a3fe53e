#pragma once

#include <string_view>

#include "base/status.h"

namespace howdah {

/// What an errno of a file call means to the contract of FileSystem. EINTR never gets
/// here: calls that can see it are repeated.
ErrorKind KindOfErrno(int error);

/// "`path`: cannot `act`: No space left on device; what to do", of the errno's kind.
Status PosixError(int error, std::string_view path, std::string_view act);

/// The same for calls that would make `path`: says what is wrong with its directory.
Status CannotCreate(int error, std::string_view path);

}  // namespace howdah
