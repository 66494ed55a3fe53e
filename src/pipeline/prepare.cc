#include "pipeline/prepare.h"

#include <arrow/type.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "base/text.h"
#include "base/version.h"
#include "source/split_planner.h"
#include "types/hive_escape.h"

namespace howdah {
namespace {

/// A run that is killed repeats at most its open splits, so small inputs are cut too; but
/// no split is smaller than this, so that many small inputs do not make many small
/// outputs.
constexpr int64_t kLeastSplitBytes = int64_t{8} << 20;
constexpr int64_t kSplitsWanted = 8;

/// The id is part of a directory's name.
Status CheckJobId(const std::string& job_id) {
  constexpr size_t kMostBytes = 200;
  if (HiveEscape(job_id).size() <= kMostBytes) return Status::OK();
  return Error(ErrorKind::kInvalidInput,
               "'job.id' has {} bytes as a directory's name, the most is {}: '{}…'",
               HiveEscape(job_id).size(), kMostBytes, job_id.substr(0, 40));
}

Status PrepareModel(const Storages& storages, PreparedJob* job) {
  HOWDAH_ASSIGN_OR_RETURN(Location location, storages.Resolve(job->spec.model.path));
  job->model_path = location.path;
  HOWDAH_ASSIGN_OR_RETURN(SavedModelInfo model, ReadSavedModel(job->model_path));
  HOWDAH_ASSIGN_OR_RETURN(const MetaGraphInfo* meta_graph,
                          FindMetaGraph(model, job->spec.model.tags));
  HOWDAH_ASSIGN_OR_RETURN(const Signature* signature,
                          FindSignature(*meta_graph, job->spec.model.signature));
  job->signature = *signature;
  HOWDAH_ASSIGN_OR_RETURN(job->model_sha256, SavedModelDigest(job->model_path));
  const std::string& pinned = job->spec.model.sha256;
  if (!pinned.empty() && pinned != job->model_sha256) {
    return Error(
        ErrorKind::kInvalidInput,
        "model '{}' is not the pinned one: 'model.sha256' is {}, the model's is {}",
        job->model_path, pinned, job->model_sha256);
  }
  // TensorFlow's own default depends on the CPU, and last bits of results with it: off
  // unless the environment says otherwise, and part of the plan.
  const char* onednn = std::getenv("TF_ENABLE_ONEDNN_OPTS");
  job->onednn = onednn != nullptr && std::string_view(onednn) != "0";
  return Status::OK();
}

Result<SourceFileInfo> InspectFile(const PreparedJob& job, size_t i) {
  HOWDAH_ASSIGN_OR_RETURN(std::unique_ptr<ByteSource> file,
                          job.inputs.fs->OpenInput(job.inputs.paths[i]));
  return job.inputs.format->Inspect(*file, job.read_columns);
}

/// The columns that the job reads must be the same in every file.
Status CheckSameColumns(const PreparedJob& job, const arrow::Schema& first,
                        const arrow::Schema& other, size_t i) {
  for (const std::string& name : job.read_columns) {
    const auto expected = first.GetFieldByName(name), got = other.GetFieldByName(name);
    if (got == nullptr) {
      return Error(ErrorKind::kSchemaMismatch,
                   "input '{}' has no column '{}', which '{}' has",
                   job.inputs.files[i].url, name, job.inputs.files[0].url);
    }
    if (!got->type()->Equals(expected->type())) {
      return Error(ErrorKind::kSchemaMismatch,
                   "input '{}': column '{}' is {}, in '{}' it is {}",
                   job.inputs.files[i].url, name, got->type()->ToString(),
                   job.inputs.files[0].url, expected->type()->ToString());
    }
  }
  return Status::OK();
}

void AddOnce(const std::vector<std::string>& names, std::vector<std::string>* list) {
  for (const std::string& name : names) {
    if (std::find(list->begin(), list->end(), name) == list->end()) list->push_back(name);
  }
}

Status PrepareInputs(const Storages& storages, PreparedJob* job) {
  const JobSpec& spec = job->spec;
  HOWDAH_ASSIGN_OR_RETURN(job->inputs,
                          FindInputs(storages, spec.input.path, spec.input.format));
  HOWDAH_ASSIGN_OR_RETURN(SourceFileInfo first, InspectFile(*job, 0));
  HOWDAH_ASSIGN_OR_RETURN(
      job->feed, Feed::Compile(*first.schema, job->signature, spec.input.tensors));
  HOWDAH_ASSIGN_OR_RETURN(
      job->landing, Landing::Compile(*first.schema, spec.output.keep, job->signature,
                                     spec.output.columns));
  AddOnce(job->feed->columns(), &job->read_columns);
  AddOnce(spec.output.keep, &job->read_columns);

  std::vector<SourceFileInfo> files;
  int64_t bytes = 0;
  for (size_t i = 0; i < job->inputs.files.size(); ++i) {
    HOWDAH_ASSIGN_OR_RETURN(SourceFileInfo file, InspectFile(*job, i));
    HOWDAH_RETURN_IF_ERROR(CheckSameColumns(*job, *first.schema, *file.schema, i));
    for (const SourceUnit& unit : file.units) bytes += unit.bytes;
    file.schema.reset();
    files.push_back(std::move(file));
  }
  const int64_t target =
      std::min(spec.output.file_size, std::max(bytes / kSplitsWanted, kLeastSplitBytes));
  job->plan.inputs = job->inputs.files;
  job->plan.splits = PlanSplits(files, target);
  if (job->input_rows() == 0) {
    job->warnings.push_back(
        "the input has no rows: one empty file with the schema is landed");
  }
  return Status::OK();
}

Status PrepareOutput(const Storages& storages, PreparedJob* job) {
  const JobSpec::Output& output = job->spec.output;
  HOWDAH_ASSIGN_OR_RETURN(Location location, storages.Resolve(output.path));
  job->output_fs = location.fs;
  std::string staging;
  if (!output.staging.empty()) {
    HOWDAH_ASSIGN_OR_RETURN(Location where, storages.Resolve(output.staging));
    if (where.fs != location.fs) {
      return Error(ErrorKind::kInvalidInput,
                   "'output.staging' = '{}' is on another storage than the output '{}'",
                   output.staging, output.path);
    }
    staging = where.path;
  }
  HOWDAH_ASSIGN_OR_RETURN(job->paths, DatasetPaths::For(location.path, staging));

  job->format = FindFormat(output.format);
  const std::vector<std::string>& compressions = job->format->compressions();
  job->compression =
      output.compression.empty() ? compressions.front() : output.compression;
  if (job->compression == "uncompressed")
    job->compression = "none";  // Spark knows both words
  if (std::find(compressions.begin(), compressions.end(), job->compression) ==
      compressions.end()) {
    return Error(ErrorKind::kInvalidInput, "'output.compression' = '{}': {} has {}{}",
                 job->compression, job->format->name(), QuotedList(compressions),
                 DidYouMean(job->compression, compressions));
  }
  return job->format->CheckSchema(*job->landing->schema());
}

/// All that decides the result, and nothing else: threads, logging and ceilings are left
/// out. nlohmann::json sorts keys, so equal plans are equal text.
std::string SemanticText(const PreparedJob& job) {
  nlohmann::json files = nlohmann::json::array();
  for (const InputFile& file : job.plan.inputs) {
    files.push_back(
        {{"url", file.url}, {"length", file.length}, {"mtime_us", file.mtime_us}});
  }
  nlohmann::json columns = nlohmann::json::array();
  for (const auto& field : job.landing->schema()->fields()) {
    columns.push_back({{"name", field->name()}, {"type", field->type()->ToString()}});
  }
  nlohmann::json sources = nlohmann::json::array();
  for (const OutputColumn& column : job.spec.output.columns) {
    sources.push_back({column.name, column.from, column.binary ? "binary" : ""});
  }
  nlohmann::json semantic = {{"model",
                              {{"sha256", job.model_sha256},
                               {"signature", job.signature.key},
                               {"tags", job.spec.model.tags},
                               {"batch_rows", job.spec.model.batch_rows},
                               {"onednn", job.onednn}}},
                             {"input",
                              {{"format", job.inputs.format->name()},
                               {"files", std::move(files)},
                               {"tensors", job.spec.input.tensors}}},
                             {"output",
                              {{"mode", job.spec.output.mode},
                               {"format", job.format->name()},
                               {"profile", job.spec.output.profile},
                               {"compression", job.compression},
                               {"file_size", job.spec.output.file_size},
                               {"keep", job.spec.output.keep},
                               {"columns", std::move(columns)},
                               {"from", std::move(sources)}}}};
  if (!job.spec.output.staging.empty()) {
    // A staging directory may serve several datasets; each needs its own jobs there.
    semantic["output"]["path"] = job.paths.dataset;
  }
  // Paths may hold bytes that are not UTF-8; replaced, they still tell jobs apart well
  // enough because lengths and times stand beside them.
  return semantic.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

int64_t PreparedJob::input_rows() const {
  int64_t rows = 0;
  for (const Split& split : plan.splits) rows += split.rows();
  return rows;
}

Result<PreparedJob> Prepare(const Storages& storages, JobSpec spec) {
  PreparedJob job;
  job.spec = std::move(spec);
  HOWDAH_RETURN_IF_ERROR(CheckJobId(job.spec.job_id));
  HOWDAH_RETURN_IF_ERROR(PrepareModel(storages, &job));
  HOWDAH_RETURN_IF_ERROR(PrepareInputs(storages, &job));
  HOWDAH_RETURN_IF_ERROR(PrepareOutput(storages, &job));
  job.plan.semantic = SemanticText(job);
  constexpr size_t kDigestDigits = 16;
  job.plan.job_id = job.spec.job_id.empty()
                        ? Sha256Hex(job.plan.semantic).substr(0, kDigestDigits)
                        : job.spec.job_id;
  return job;
}

}  // namespace howdah
