#pragma once

namespace howdah {

/// The project's version, from the file VERSION: "0.1.0".
extern const char* const kVersion;

}  // namespace howdah
