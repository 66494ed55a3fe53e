#include "base/version.h"

namespace howdah {

const char* const kVersion = HOWDAH_VERSION;

}  // namespace howdah
