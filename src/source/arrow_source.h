#pragma once

#include "source/source.h"

namespace howdah {

/// "arrow": Arrow's IPC formats, the file (also known as Feather, version 2) and the
/// stream. A file's record batches are units; a stream is one unit, for it must be
/// decoded from its start. Of files only the columns asked for are read.
const SourceFormat& ArrowSourceFormat();

}  // namespace howdah
