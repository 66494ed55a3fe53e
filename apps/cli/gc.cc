#include "commit/gc.h"

#include <algorithm>
#include <string>

#include "base/environment.h"
#include "base/units.h"
#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/staging_flags.h"
#include "cli/verbs.h"

namespace howdah::cli {
namespace {

struct Flags {
  std::string older_than = "7d", unfinished_older_than;
  bool remove = false;
};

Result<int64_t> Micros(const char* flag, const std::string& text) {
  const Result<std::chrono::milliseconds> duration = ParseDuration(text);
  if (!duration.ok()) return WithContext(duration.status(), flag);
  return std::chrono::microseconds(*duration).count();
}

std::string Age(int64_t micros) {
  constexpr int64_t kHour = int64_t{3600} * 1'000'000;
  const int64_t hours = std::max<int64_t>(micros, 0) / kHour;
  return hours < 48 ? fmt::format("{} h", hours) : fmt::format("{} d", hours / 24);
}

std::string TextOf(const GcReport& report, bool remove) {
  std::string text;
  int64_t bytes = 0, due = 0;
  for (const GcItem& item : report.items) {
    const std::string fate =
        item.removed ? (item.kind == GcKind::kUnfinished ? "withdrawn" : "removed")
        : item.due && !remove ? "would be removed"
                              : "kept: " + item.kept;
    text += fmt::format("{} '{}', {} old, {}: {}\n", Name(item.kind), item.path,
                        Age(item.age_us), FormatByteSize(item.bytes), fate);
    if (!item.due) continue;
    bytes += item.bytes;
    ++due;
  }
  return text + fmt::format("{} of {} past their time, {}{}\n", due, report.items.size(),
                            FormatByteSize(bytes),
                            due > 0 && !remove ? "; --delete removes them" : "");
}

int RunGc(const Context& context, const StagingFlags& dataset, const Flags& flags) {
  const auto collect = [&]() -> Result<GcReport> {
    GcOptions options{.unfinished_older_than_us = {}, .remove = flags.remove};
    HOWDAH_ASSIGN_OR_RETURN(options.older_than_us,
                            Micros("--older-than", flags.older_than));
    if (!flags.unfinished_older_than.empty()) {
      HOWDAH_ASSIGN_OR_RETURN(
          options.unfinished_older_than_us,
          Micros("--unfinished-older-than", flags.unfinished_older_than));
    }
    FileSystem* fs = nullptr;
    HOWDAH_ASSIGN_OR_RETURN(const DatasetPaths paths,
                            dataset.Paths(context.storages, &fs));
    return CollectGarbage(*fs, Environment::System(), paths, options);
  };
  const Result<GcReport> report = collect();
  if (!report.ok()) {
    const bool wrong = Is(report.status(), ErrorKind::kInvalidInput);
    return Fail(report.status(), wrong ? Phase::kPreparing : Phase::kRunning);
  }
  return Answer(TextOf(*report, flags.remove), kDone);
}

}  // namespace

void AddGc(CLI::App* app, Action* action) {
  CLI::App* verb = app->add_subcommand(
      "gc", "List, and with --delete remove, what old jobs left beside a dataset");
  const auto dataset = AddStagingFlags(verb);
  const auto flags = std::make_shared<Flags>();
  verb->add_option("--older-than", flags->older_than,
                   "how long ended jobs keep their record (7d)")
      ->type_name("");
  verb->add_option("--unfinished-older-than", flags->unfinished_older_than,
                   "give up unfinished jobs in which nothing changed for so long; never "
                   "without this")
      ->type_name("");
  verb->add_flag("--delete", flags->remove, "remove, do not only list");
  verb->callback([=] {
    *action = [=](const Context& context) { return RunGc(context, *dataset, *flags); };
  });
}

}  // namespace howdah::cli
