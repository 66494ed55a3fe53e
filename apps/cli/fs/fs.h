#pragma once

#include <span>

#include "pipeline/storages.h"

namespace howdah::cli {

/// `howdah fs`: the shell of HDFS and of the local disk. `words` are those after "fs".
/// \return the exit code: 1 if something failed, 2 if the words are wrong.
int RunFs(const Storages& storages, std::span<char* const> words);

}  // namespace howdah::cli
