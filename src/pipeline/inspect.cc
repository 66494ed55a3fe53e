#include "pipeline/inspect.h"

#include <arrow/type.h>

#include <nlohmann/json.hpp>

#include "base/environment.h"
#include "base/text.h"
#include "base/units.h"
#include "commit/job.h"
#include "commit/landed.h"
#include "commit/paths.h"
#include "commit/swap.h"
#include "encode/encoder.h"
#include "model/saved_model.h"
#include "pipeline/inputs.h"
#include "pipeline/json_text.h"
#include "pipeline/landed_rows.h"
#include "pipeline/model_cache.h"
#include "pipeline/runs_json.h"

namespace howdah {
namespace {

using Json = nlohmann::ordered_json;

// -- a model
// ------------------------------------------------------------------------------------

Json TensorsJson(const std::vector<TensorSpec>& tensors) {
  Json list = Json::array();
  for (const TensorSpec& tensor : tensors) {
    Json shape = nullptr;
    if (tensor.shape) shape = *tensor.shape;
    list.push_back({{"name", tensor.name},
                    {"dtype", Name(tensor.dtype)},
                    {"shape", std::move(shape)},
                    {"tensor", tensor.tensor_name}});
  }
  return list;
}

std::string TensorsText(std::string_view label, const std::vector<TensorSpec>& tensors) {
  std::string text;
  for (const TensorSpec& tensor : tensors) {
    text += fmt::format("    {:<7}{}: {}{}\n", label, tensor.name, tensor.ToString(),
                        tensor.has_default ? " (has a default)" : "");
  }
  return text;
}

Result<InspectResult> InspectModel(const Location& location, ModelDigest digest) {
  HOWDAH_ASSIGN_OR_RETURN(const std::string path, LocalModel(location));
  HOWDAH_ASSIGN_OR_RETURN(SavedModelInfo model, ReadSavedModel(path));
  Json summary = SummaryHead("inspect");
  summary["kind"] = "model";
  summary["path"] = location.url;
  summary["bytes"] = model.bytes;
  summary["meta_graphs"] = Json::array();
  std::string text =
      fmt::format("SavedModel {} ({})\n", location.url, FormatByteSize(model.bytes));
  if (digest == ModelDigest::kCompute) {
    HOWDAH_ASSIGN_OR_RETURN(const std::string sha256, SavedModelDigest(path));
    summary["sha256"] = sha256;
    text += fmt::format("sha256 {}\n", sha256);
  }
  for (const MetaGraphInfo& meta_graph : model.meta_graphs) {
    Json signatures = Json::array();
    text += fmt::format("tags {}, written by TensorFlow {}\n",
                        QuotedList(meta_graph.tags), meta_graph.tensorflow_version);
    for (const Signature& signature : meta_graph.signatures) {
      signatures.push_back({{"key", signature.key},
                            {"method_name", signature.method_name},
                            {"inputs", TensorsJson(signature.inputs)},
                            {"outputs", TensorsJson(signature.outputs)}});
      text += fmt::format("  signature {}\n", signature.key) +
              TensorsText("input", signature.inputs) +
              TensorsText("output", signature.outputs);
    }
    summary["meta_graphs"].push_back(
        {{"tags", meta_graph.tags},
         {"tensorflow_version", meta_graph.tensorflow_version},
         {"signatures", std::move(signatures)}});
  }
  return InspectResult{DumpJson(summary), text};
}

// -- a file
// -------------------------------------------------------------------------------------

std::string ColumnsText(const arrow::Schema& schema) {
  std::string text;
  for (const auto& field : schema.fields()) {
    text += fmt::format("  {}: {}{}\n", field->name(), field->type()->ToString(),
                        field->nullable() ? "" : " not null");
  }
  return text;
}

/// A file that jobs write: what its footer says.
Result<InspectResult> InspectDataFile(const Location& location, ByteSource& file,
                                      const Format& format) {
  HOWDAH_ASSIGN_OR_RETURN(ReadBackFile contents, format.ReadBack(file, {}));
  Json summary = SummaryHead("inspect");
  summary["kind"] = "file";
  summary["path"] = location.url;
  summary["format"] = format.name();
  summary["bytes"] = file.size();
  summary["rows"] = contents.rows;
  summary["row_groups"] = contents.row_groups;
  summary["created_by"] = contents.created_by;
  summary["columns"] = ColumnsJson(*contents.schema);
  summary["leaves"] = Json::array();
  for (const ColumnStats& leaf : contents.columns) {
    summary["leaves"].push_back(
        {{"name", leaf.name},
         {"compressed_bytes", leaf.compressed_bytes.value_or(0)},
         {"uncompressed_bytes", leaf.uncompressed_bytes.value_or(0)}});
  }
  std::string text = fmt::format("{} {} ({}): {} rows in {} row groups\n", format.name(),
                                 location.url, FormatByteSize(file.size()),
                                 FormatCount(contents.rows), contents.row_groups);
  if (!contents.created_by.empty()) {
    text += fmt::format("written by {}\n", contents.created_by);
  }
  text += ColumnsText(*contents.schema);
  return InspectResult{DumpJson(summary), text};
}

/// A file that jobs only read: what the planning pass finds.
Result<InspectResult> InspectSourceFile(const Location& location, ByteSource& file,
                                        const SourceFormat& format) {
  HOWDAH_ASSIGN_OR_RETURN(const SourceFileInfo info, format.Inspect(file, {}));
  int64_t rows = 0;
  for (const SourceUnit& unit : info.units) rows += unit.rows;
  Json summary = SummaryHead("inspect");
  summary["kind"] = "file";
  summary["path"] = location.url;
  summary["format"] = format.name();
  summary["bytes"] = file.size();
  summary["rows"] = rows;
  summary["columns"] = ColumnsJson(*info.schema);
  const std::string text =
      fmt::format("{} {} ({}): {} rows\n", format.name(), location.url,
                  FormatByteSize(file.size()), FormatCount(rows)) +
      ColumnsText(*info.schema);
  return InspectResult{DumpJson(summary), text};
}

Result<InspectResult> InspectFile(const Location& location) {
  HOWDAH_ASSIGN_OR_RETURN(std::unique_ptr<ByteSource> file,
                          location.fs->OpenInput(location.path));
  // Without a name that tells, a file is taken for what jobs write.
  const SourceFormat* source = SourceFormatByExtension(location.path);
  const Format* written =
      source == nullptr ? FormatOfDataFile(location.path) : FindFormat(source->name());
  if (source == nullptr && written == nullptr) written = BuiltinFormats().front();
  if (written != nullptr && written->says_types()) {
    return InspectDataFile(location, *file, *written);
  }
  return InspectSourceFile(location, *file, *source);
}

// -- a dataset
// ----------------------------------------------------------------------------------

std::string UnfinishedText(const UnfinishedJob& job) {
  std::string how =
      "the same `howdah run` resumes it, `howdah recover --abandon JOB` gives it up";
  if (!job.overtaken_by.empty()) {
    how = fmt::format("job {} was published since; {}", job.overtaken_by, how);
  } else if (job.publishing) {
    how = "`howdah recover` finishes it";
  }
  return fmt::format("unfinished job {} (generation {}): {} of {} splits done; {}\n",
                     job.job_id, job.generation, job.splits_done, job.splits_total, how);
}

/// Adds who is unfinished, and what has replaced what.
Status AddStaging(FileSystem& fs, const DatasetPaths& paths, Json* summary,
                  std::string* text) {
  HOWDAH_ASSIGN_OR_RETURN(const std::vector<UnfinishedJob> unfinished,
                          ListUnfinished(fs, paths));
  HOWDAH_ASSIGN_OR_RETURN(const std::vector<SwapRecord> history, ListHistory(fs, paths));
  HOWDAH_ASSIGN_OR_RETURN(const std::vector<KeptDataset> kept, ListKept(fs, paths));
  (*summary)["unfinished"] = Json::array();
  for (const UnfinishedJob& job : unfinished) {
    (*summary)["unfinished"].push_back({{"job_id", job.job_id},
                                        {"generation", job.generation},
                                        {"splits_done", job.splits_done},
                                        {"splits_total", job.splits_total},
                                        {"publishing", job.publishing},
                                        {"overtaken_by", job.overtaken_by}});
    *text += UnfinishedText(job);
  }
  (*summary)["history"] = Json::array();
  for (const SwapRecord& swap : history) {
    (*summary)["history"].push_back({{"slot", swap.slot},
                                     {"kind", swap.rollback ? "rollback" : "overwrite"},
                                     {"published", swap.published},
                                     {"to", swap.to},
                                     {"from", swap.from},
                                     {"finished", FormatTimestamp(swap.finished_us)}});
    if (!swap.published) continue;
    *text += fmt::format("{} {} to job {}{}\n", FormatTimestamp(swap.finished_us),
                         swap.rollback ? "rollback" : "overwrite", swap.to,
                         swap.from.empty() ? "" : ", in place of job " + swap.from);
  }
  (*summary)["kept"] = Json::array();
  for (const KeptDataset& dataset : kept) {
    const Ledger& ledger = dataset.ledger;
    (*summary)["kept"].push_back({{"job_id", ledger.job_id},
                                  {"generation", ledger.generation},
                                  {"rows", ledger.rows_written()},
                                  {"files", ledger.files()},
                                  {"bytes", ledger.bytes()},
                                  {"path", dataset.path}});
    *text += fmt::format(
        "kept of job {}: {} rows in {} files ({}); `howdah rollback --to {}` shows it "
        "again\n",
        ledger.job_id, FormatCount(ledger.rows_written()), ledger.files(),
        FormatByteSize(ledger.bytes()), ledger.job_id);
  }
  return Status::OK();
}

std::string RunText(const Ledger& ledger) {
  return fmt::format("job {} (generation {}, mode {}), published {} by howdah {}\n",
                     ledger.job_id, ledger.generation, Name(ledger.plan.mode),
                     FormatTimestamp(ledger.published_us), ledger.howdah_version);
}

Result<InspectResult> InspectDataset(const Location& location,
                                     const std::string& staging) {
  HOWDAH_ASSIGN_OR_RETURN(const LandedDataset landed,
                          ReadDataset(*location.fs, location.path));
  HOWDAH_ASSIGN_OR_RETURN(const DatasetPaths paths,
                          DatasetPaths::For(location.path, staging));
  const auto member = [](const Json& object, const char* key) {
    return object.is_object() && object.contains(key) ? object.at(key) : Json();
  };

  Json summary = SummaryHead("inspect");
  summary["kind"] = "dataset";
  summary["path"] = location.url;
  std::string text = fmt::format("dataset {}: {} rows in {} files ({})\n", location.url,
                                 FormatCount(landed.rows()), landed.files(),
                                 FormatByteSize(landed.bytes()));
  if (landed.is_append) {
    summary["mode"] = Name(PublishMode::kAppend);
    summary["runs"] = RunsJson(landed);
    for (const LandedRun& run : landed.runs) {
      text += fmt::format("{}: {} rows in {} files ({}); {}", run.directory,
                          FormatCount(run.ledger.rows_written()), run.ledger.files(),
                          FormatByteSize(run.ledger.bytes()), RunText(run.ledger));
    }
  } else {
    const Ledger& ledger = landed.runs.front().ledger;
    summary["job_id"] = ledger.job_id;
    summary["generation"] = ledger.generation;
    summary["mode"] = Name(ledger.plan.mode);
    summary["published"] = FormatTimestamp(ledger.published_us);
    summary["howdah_version"] = ledger.howdah_version;
    text += RunText(ledger);
  }
  summary["rows"] = landed.rows();
  summary["files"] = landed.files();
  summary["bytes"] = landed.bytes();
  if (!landed.runs.empty()) {
    const Ledger& ledger = landed.runs.front().ledger;
    const Json run = Json::parse(ledger.run, nullptr, false);
    const Json semantic = Json::parse(ledger.plan.semantic, nullptr, false);
    summary["columns"] = member(run, "columns");
    summary["model"] = member(semantic, "model");
    for (const Json& column : summary["columns"]) {
      if (!column.is_object()) continue;
      text +=
          fmt::format("  {}: {}\n", column.value("name", ""), column.value("type", ""));
    }
  }
  HOWDAH_RETURN_IF_ERROR(AddStaging(*location.fs, paths, &summary, &text));
  return InspectResult{DumpJson(summary), text};
}

/// A dataset that is not there, but has jobs. nullopt: it has none.
Result<std::optional<InspectResult>> InspectAbsent(const Location& location,
                                                   const std::string& staging) {
  HOWDAH_ASSIGN_OR_RETURN(const DatasetPaths paths,
                          DatasetPaths::For(location.path, staging));
  HOWDAH_ASSIGN_OR_RETURN(const bool has_jobs, Exists(*location.fs, paths.jobs()));
  if (!has_jobs) return std::optional<InspectResult>();
  Json summary = SummaryHead("inspect");
  summary["kind"] = "dataset";
  summary["path"] = location.url;
  summary["mode"] = nullptr;
  summary["rows"] = summary["files"] = summary["bytes"] = 0;
  std::string text = fmt::format("dataset {}: is not there\n", location.url);
  HOWDAH_RETURN_IF_ERROR(AddStaging(*location.fs, paths, &summary, &text));
  return std::optional(InspectResult{DumpJson(summary), text});
}

/// What is at `url`, to be looked at.
Result<FileInfo> StatFor(const Location& location, const std::string& url) {
  Result<FileInfo> info = location.fs->Stat(location.path);
  if (Is(info.status(), ErrorKind::kNotFound)) {
    return Error(ErrorKind::kNotFound, "'{}': no such file or directory", url);
  }
  return info;
}

}  // namespace

Result<InspectResult> InspectProfile(const Storages& storages, const std::string& url,
                                     Profile profile) {
  HOWDAH_ASSIGN_OR_RETURN(Location location, storages.Resolve(url));
  HOWDAH_ASSIGN_OR_RETURN(const FileInfo info, StatFor(location, url));
  if (info.type != FileType::kFile) {
    return Error(ErrorKind::kInvalidInput,
                 "'{}' is a directory; --profile looks at one data file", url);
  }
  const Format* format = FormatOfDataFile(location.path);
  if (format == nullptr) format = BuiltinFormats().front();
  HOWDAH_ASSIGN_OR_RETURN(std::unique_ptr<ByteSource> file,
                          location.fs->OpenInput(location.path));
  HOWDAH_ASSIGN_OR_RETURN(const std::vector<ProfileFinding> findings,
                          format->Lint(*file, profile));
  InspectResult result;
  Json summary = SummaryHead("inspect");
  summary["kind"] = "profile";
  summary["path"] = location.url;
  summary["format"] = format->name();
  summary["profile"] = Name(profile);
  Json list = Json::array();
  for (const ProfileFinding& finding : findings) {
    result.outside_profile = result.outside_profile || finding.outside;
    list.push_back({{"outside", finding.outside},
                    {"place", finding.place},
                    {"rule", finding.rule},
                    {"detail", finding.detail}});
    result.text += fmt::format("  {}: {}: {}{}\n", finding.place, finding.rule,
                               finding.detail, finding.outside ? "" : " (allowed)");
  }
  summary["inside"] = !result.outside_profile;
  summary["findings"] = std::move(list);
  result.text =
      fmt::format("{} {}: {} the profile {}\n", format->name(), location.url,
                  result.outside_profile ? "outside of" : "inside", Name(profile)) +
      result.text;
  result.json = DumpJson(summary);
  return result;
}

Result<InspectResult> Inspect(const Storages& storages, const std::string& url,
                              ModelDigest digest, const std::string& staging_url) {
  HOWDAH_ASSIGN_OR_RETURN(Location location, storages.Resolve(url));
  std::string staging;
  if (!staging_url.empty()) {
    HOWDAH_ASSIGN_OR_RETURN(const Location beside, storages.Resolve(staging_url));
    staging = beside.path;
  }
  const Result<FileInfo> info = StatFor(location, url);
  if (Is(info.status(), ErrorKind::kNotFound) && location.path != "/") {
    HOWDAH_ASSIGN_OR_RETURN(std::optional<InspectResult> absent,
                            InspectAbsent(location, staging));
    if (absent) return *std::move(absent);
  }
  HOWDAH_RETURN_IF_ERROR(info.status());
  if (info->type == FileType::kFile) return InspectFile(location);
  for (const char* mark : {kLedgerName, kAppendMarker}) {
    HOWDAH_ASSIGN_OR_RETURN(const bool dataset,
                            Exists(*location.fs, JoinPath(location.path, mark)));
    if (dataset) return InspectDataset(location, staging);
  }
  Result<InspectResult> model = InspectModel(location, digest);
  if (Is(model.status(), ErrorKind::kNotFound)) {
    return Error(ErrorKind::kInvalidInput,
                 "'{}' is neither a dataset (it has no {}) nor a model: {}", url,
                 kLedgerName, model.status().message());
  }
  return model;
}

}  // namespace howdah
