#include "pipeline/summary.h"

#include <arrow/type.h>
#include <sys/resource.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "base/units.h"
#include "base/version.h"
#include "commit/paths.h"
#include "pipeline/file_limits.h"
#include "pipeline/json_text.h"

namespace howdah {
namespace {

using Json = nlohmann::ordered_json;

double Seconds(int64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1e9; }

std::string_view Name(JobState state) {
  switch (state) {
    case JobState::kFresh:
      return "fresh";
    case JobState::kResume:
      return "resume";
    case JobState::kPublished:
      return "published";
  }
  return "";
}

Json ModelJson(const PreparedJob& job) {
  return {{"path", job.model_url},
          {"sha256", job.model_sha256},
          {"signature", job.signature.key},
          {"onednn", job.onednn},
          {"batch_rows", job.spec.model.batch_rows},
          {"runners", job.runners()},
          {"intra_op_threads", job.spec.model.intra_op_threads}};
}

Json CopiesJson(const CopyCounts& copies) {
  return {{"zero_copy_inputs", copies.zero_copy_inputs},
          {"copied_inputs", copies.copied_inputs},
          {"zero_copy_outputs", copies.zero_copy_outputs},
          {"copied_outputs", copies.copied_outputs}};
}

Json StageJson(const StageCounters& stage) {
  return {{"name", stage.name},
          {"threads", stage.threads.load()},
          {"batches", stage.batches.load()},
          {"bytes", stage.bytes.load()},
          {"busy_seconds", Seconds(stage.busy_ns)},
          {"starved_seconds", Seconds(stage.starved_ns)},
          {"blocked_seconds", Seconds(stage.blocked_ns)}};
}

Json StagesJson(const ScoreCounters& counters) {
  Json stages = Json::array();
  for (const StageCounters* stage : {&counters.read, &counters.model, &counters.write}) {
    stages.push_back(StageJson(*stage));
  }
  return stages;
}

/// Which columns feed which tensor, as compiled: by the job file, or by name.
Json FeedsJson(const PreparedJob& job) {
  Json feeds = Json::array();
  for (const TensorSpec& input : job.signature.inputs) {
    const auto mapped = job.spec.input.tensors.find(input.name);
    const TensorInput feed = mapped != job.spec.input.tensors.end()
                                 ? mapped->second
                                 : TensorInput{.columns = {input.name}, .pad = {}};
    feeds.push_back(
        {{"tensor", input.name}, {"type", input.ToString()}, {"columns", feed.columns}});
    if (feed.pad) feeds.back()["pad"] = *feed.pad;
    if (feed.as_example) feeds.back()["as"] = "tf.Example";
  }
  return feeds;
}

double CpuSeconds(const rusage& usage) {
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// What the plan warns of, and what there is to say of the files that landed.
std::vector<std::string> Warnings(const PreparedJob& job, const Ledger& ledger) {
  std::vector<std::string> warnings = job.warnings;
  const auto small = SmallFilesWarning(job, ledger.files(), ledger.bytes());
  if (!small) return warnings;
  if (const auto planned = PlannedFilesWarning(job)) {
    std::erase(warnings, *planned);  // now it is known
  }
  warnings.push_back(*small);
  return warnings;
}

/// Where the rows are that did not land; null: all did.
Json QuarantineJson(const Ledger& ledger) {
  int64_t files = 0, bytes = 0;
  std::string directory;
  for (const TaskCommit& task : ledger.tasks) {
    for (const FileRecord& file : task.quarantine) {
      directory = ParentPath(file.path);
      ++files;
      bytes += file.bytes;
    }
  }
  if (files == 0) return nullptr;
  return {{"path", directory}, {"files", files}, {"bytes", bytes}};
}

/// By column, for columns that have any.
Json NonFiniteJson(const Ledger& ledger) {
  std::map<std::string, NonFiniteCount> sums;
  for (const TaskCommit& task : ledger.tasks) {
    for (const NonFiniteCount& count : task.non_finite) {
      sums[count.column].nan += count.nan;
      sums[count.column].inf += count.inf;
    }
  }
  Json json = Json::object();
  for (const auto& [column, sum] : sums) {
    json[column] = {{"nan", sum.nan}, {"inf", sum.inf}};
  }
  return json;
}

std::string WhatReadersSee(PublishMode mode) {
  switch (mode) {
    case PublishMode::kNew:
      return "nothing, then everything";
    case PublishMode::kAppend:
      return fmt::format("the runs that are there, then one more: {}=<job id>",
                         kRunColumn);
    case PublishMode::kOverwrite:
      return "what is there, for some milliseconds nothing, then what this job lands; "
             "`howdah rollback` undoes it for 7 days";
  }
  return "";
}

}  // namespace

std::string RunSummary(const PreparedJob& job, const Ledger& ledger,
                       const std::string& outcome, const RunFigures& figures) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  constexpr int64_t kKiB = 1024;  // ru_maxrss counts these

  const auto splits = static_cast<int64_t>(ledger.plan.splits.size());
  // What stands in the ledger of the run that published, wherever this process did not do
  // it itself.
  const Json run = Json::parse(ledger.run, nullptr, false);
  Json model = ModelJson(job);
  model["tensorflow"] = figures.tensorflow;
  if (figures.tensorflow.empty() && run.is_object()) {
    model["tensorflow"] = run.value("tensorflow", "");
  }
  model["copies"] = CopiesJson(figures.copies);

  const bool ran = outcome == "published";
  Json summary = SummaryHead("run");
  summary["outcome"] = outcome;
  summary["job_id"] = ledger.job_id;
  summary["generation"] = ledger.generation;
  summary["mode"] = Name(ledger.plan.mode);
  summary["output"] = job.output_url;
  summary["format"] = job.format->name();
  summary["rows"] = {{"input", ledger.input_rows()},
                     {"written", ledger.rows_written()},
                     {"quarantined", ledger.rows_quarantined()}};
  summary["quarantine"] = QuarantineJson(ledger);
  summary["non_finite"] = NonFiniteJson(ledger);
  summary["input"] = {{"files", job.inputs.files.size()}, {"bytes", job.inputs.bytes()}};
  summary["splits"] = {{"total", splits},
                       {"scored", figures.splits_scored},
                       {"reused", splits - figures.splits_scored}};
  summary["files"] = ledger.files();
  summary["bytes"] = ledger.bytes();
  summary["file_size"] = job.file_bytes;
  summary["columns"] = ColumnsJson(*job.landing->schema());
  summary["partition_by"] = job.partition_by;
  summary["model"] = std::move(model);
  summary["seconds"] = {{"total", figures.seconds_total},
                        {"prepare", figures.seconds_prepare},
                        {"score", figures.seconds_score},
                        {"publish", figures.seconds_publish}};
  summary["cpu_seconds"] = CpuSeconds(usage);
  summary["peak_rss_bytes"] = usage.ru_maxrss * kKiB;
  summary["output_memory"] = {{"budget_bytes", job.spec.output.memory},
                              {"peak_bytes", figures.counters.peak_memory.load()}};
  summary["stages"] = ran ? StagesJson(figures.counters) : Json::array();
  summary["bottleneck"] = ran ? figures.counters.bottleneck().name : "";
  summary["warnings"] = Warnings(job, ledger);
  return DumpJson(summary);
}

std::string CheckSummary(const PreparedJob& job, const JobStatus& status) {
  Json summary = SummaryHead("check");
  summary["ok"] = true;
  summary["job_id"] = job.plan.job_id;
  summary["state"] = Name(status.state);
  summary["generation"] = status.generation;
  summary["splits"] = {{"total", job.plan.splits.size()}, {"done", status.splits_done}};
  summary["undivided"] = Json::array();
  for (const auto& file : job.undivided) {
    summary["undivided"].push_back({{"path", file.url}, {"why", file.why}});
  }
  summary["rows"] = {{"input", job.input_rows()}};
  summary["input"] = {{"files", job.inputs.files.size()}, {"bytes", job.inputs.bytes()}};
  summary["output"] = job.output_url;
  summary["format"] = job.format->name();
  summary["mode"] = job.spec.output.mode;
  summary["file_size"] = job.file_bytes;
  summary["columns"] = ColumnsJson(*job.landing->schema());
  summary["partition_by"] = job.partition_by;
  summary["model"] = ModelJson(job);
  summary["feeds"] = FeedsJson(job);
  summary["warnings"] = status.ledger ? Warnings(job, *status.ledger) : job.warnings;
  return DumpJson(summary);
}

std::string CheckText(const PreparedJob& job, const JobStatus& status) {
  std::string text;
  const auto line = [&](std::string_view label, const std::string& value) {
    text += fmt::format("{:<9}{}\n", label, value);
  };
  line("job", fmt::format("{} ({}, generation {})", job.plan.job_id, Name(status.state),
                          status.generation));
  line("model", fmt::format("{} (signature {}, sha256 {}…)", job.model_url,
                            job.signature.key, job.model_sha256.substr(0, 12)));
  line("runs", fmt::format("{} rows each, {} at once, {} intra-op threads, oneDNN {}",
                           job.spec.model.batch_rows, job.runners(),
                           job.spec.model.intra_op_threads, job.onednn ? "on" : "off"));
  line("input",
       fmt::format("{} rows in {} {} files, {}", FormatCount(job.input_rows()),
                   FormatCount(static_cast<int64_t>(job.inputs.files.size())),
                   job.inputs.format->name(), FormatByteSize(job.inputs.bytes())));
  for (const Json& feed : FeedsJson(job)) {
    const auto columns = feed["columns"].get<std::vector<std::string>>();
    line("  feeds", fmt::format("{} ({}) <- {}", feed["tensor"].get<std::string>(),
                                feed["type"].get<std::string>(), QuotedList(columns)));
  }
  line("output", fmt::format("{} ({}, {}, mode {}, files of about {})", job.output_url,
                             job.format->name(), job.encoder.compression,
                             job.spec.output.mode, FormatByteSize(job.file_bytes)));
  line("  readers", WhatReadersSee(job.plan.mode));
  for (const auto& field : job.landing->schema()->fields()) {
    line("  column", fmt::format("{}: {}{}", field->name(), field->type()->ToString(),
                                 field->nullable() ? "" : " not null"));
  }
  if (!job.partition_by.empty()) {
    line("  folders",
         fmt::format("one for each value of {}", QuotedList(job.partition_by)));
  }
  line("splits", fmt::format("{}, {} done", job.plan.splits.size(), status.splits_done));
  constexpr size_t kMostNamed = 5;
  for (size_t i = 0; i < std::min(job.undivided.size(), kMostNamed); ++i) {
    const auto& [url, why] = job.undivided[i];
    line("  whole", fmt::format("{}: one split, since {}", url, why));
  }
  if (job.undivided.size() > kMostNamed) {
    line("  whole", fmt::format("… ({} more)", job.undivided.size() - kMostNamed));
  }
  const auto warnings = status.ledger ? Warnings(job, *status.ledger) : job.warnings;
  for (const std::string& warning : warnings) line("warning", warning);
  return text;
}

std::string LedgerRunText(const PreparedJob& job, const RunFigures& figures) {
  const Json run = {
      {"tensorflow", figures.tensorflow},
      {"model_path", job.model_url},
      {"columns", ColumnsJson(*job.landing->schema())},
      {"runners", job.runners()},
      {"intra_op_threads", job.spec.model.intra_op_threads},
      {"seconds",
       {{"prepare", figures.seconds_prepare}, {"score", figures.seconds_score}}},
      {"stages", StagesJson(figures.counters)}};
  return CanonicalJson(DumpJson(run));
}

}  // namespace howdah
