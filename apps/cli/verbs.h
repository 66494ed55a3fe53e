#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "base/status.h"
#include "pipeline/storages.h"

namespace howdah::cli {

/// What every verb gets.
struct Context {
  Storages storages;
  std::string engine_directory;  ///< where the engine library is
};

/// Runs the verb whose flags were parsed. \return the process's exit code.
using Action = std::function<int(const Context&)>;

/// Each adds a verb with its flags to `app` and sets `*action` when the verb is chosen.
/// One file each.
void AddRun(CLI::App* app, Action* action);
void AddCheck(CLI::App* app, Action* action);
void AddInspect(CLI::App* app, Action* action);
void AddVerify(CLI::App* app, Action* action);
void AddRecover(CLI::App* app, Action* action);
void AddRollback(CLI::App* app, Action* action);
void AddGc(CLI::App* app, Action* action);
void AddDdl(CLI::App* app, Action* action);

}  // namespace howdah::cli
