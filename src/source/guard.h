#pragma once

#include <functional>

#include "base/status.h"

namespace howdah {

/// Run `body`; what a library throws inside (standard containers that hostile sizes make
/// too large, for the most part) comes back as a status. ResourceExhausted: no memory.
Status Guarded(const std::function<Status()>& body);

/// An error that Arrow gave for bytes of a file, as an error of ours: "`place`: what it
/// said". ResourceExhausted stays so, everything else is Corruption. An error that has a
/// kind already comes from the storage or from us and passes unchanged.
Status DecodeError(const Status& status, std::string_view place);

}  // namespace howdah
