#include "pipeline/prepare.h"

#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/digest.h"
#include "base/text.h"
#include "base/version.h"
#include "commit/landed.h"
#include "commit/paths.h"
#include "pipeline/file_limits.h"
#include "pipeline/input_columns.h"
#include "pipeline/model_cache.h"
#include "pipeline/stored_as.h"
#include "schema/names.h"
#include "schema/spark_ddl.h"
#include "source/split_planner.h"
#include "types/hive_escape.h"
#include "write/task_writer.h"

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

/// Make one ragged output of two: flat values, and the row splits that cut them.
Status UniteRagged(const std::map<std::string, std::string>& row_splits,
                   Signature* signature) {
  const auto find = [&](const std::string& name) {
    return std::find_if(signature->outputs.begin(), signature->outputs.end(),
                        [&](const TensorSpec& spec) { return spec.name == name; });
  };
  for (const auto& [values_name, splits_name] : row_splits) {
    const auto values = find(values_name), splits = find(splits_name);
    if (values == signature->outputs.end()) continue;  // refused when compiled
    std::vector<std::string> names;
    for (const TensorSpec& spec : signature->outputs) names.push_back(spec.name);
    if (splits == signature->outputs.end()) {
      return Error(ErrorKind::kSchemaMismatch,
                   "output '{}' is to be cut by the row splits '{}', but the outputs of "
                   "signature '{}' are {}{}",
                   values_name, splits_name, signature->key, QuotedList(names),
                   DidYouMean(splits_name, names));
    }
    const bool is_splits =
        splits->is_dense &&
        (splits->dtype == DType::kInt64 || splits->dtype == DType::kInt32) &&
        (!splits->shape || splits->shape->size() == 1);
    if (!is_splits || !values->shape || values->shape->empty()) {
      return Error(
          ErrorKind::kSchemaMismatch,
          "output '{}' cannot be cut by '{}': expected values of a known rank of "
          "1 or more and row splits of int32 or int64 [?], got {} and {}",
          values_name, splits_name, values->ToString(), splits->ToString());
    }
    values->shape->front() = kUnknownDim;
    values->shape->insert(values->shape->begin(), kUnknownDim);
    values->row_splits.insert(values->row_splits.begin(), splits->tensor_name);
  }
  return Status::OK();
}

Status PrepareModel(const Storages& storages, PreparedJob* job) {
  HOWDAH_ASSIGN_OR_RETURN(Location location, storages.Resolve(job->spec.model.path));
  job->model_url = location.url;
  HOWDAH_ASSIGN_OR_RETURN(job->model_path, LocalModel(location));
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
        job->model_url, pinned, job->model_sha256);
  }
  // TensorFlow's own default depends on the CPU, and last bits of results with it: off
  // unless the environment says otherwise, and part of the plan.
  const char* onednn = std::getenv("TF_ENABLE_ONEDNN_OPTS");
  job->onednn = job->spec.model.onednn.value_or(onednn != nullptr &&
                                                std::string_view(onednn) != "0");
  return UniteRagged(job->spec.output.row_splits, &job->signature);
}

void AddOnce(const std::vector<std::string>& names, std::vector<std::string>* list) {
  for (const std::string& name : names) {
    if (std::find(list->begin(), list->end(), name) == list->end()) list->push_back(name);
  }
}

/// The columns that the job asks for, by name; whether they are there shows later.
InspectOptions WantedColumns(const JobSpec& spec, const Signature& signature) {
  InspectOptions wanted;
  for (const TensorSpec& input : signature.inputs) {
    const auto mapped = spec.input.tensors.find(input.name);
    const std::vector<std::string> columns = mapped != spec.input.tensors.end()
                                                 ? mapped->second.columns
                                                 : std::vector{input.name};
    AddOnce(columns, &wanted.columns);
    const bool as_text = mapped == spec.input.tensors.end() || !mapped->second.as_example;
    if (input.dtype == DType::kString && as_text) AddOnce(columns, &wanted.text_columns);
  }
  AddOnce(spec.output.keep, &wanted.columns);
  return wanted;
}

Result<SourceFileInfo> InspectFile(const PreparedJob& job, size_t i,
                                   const InspectOptions& wanted) {
  HOWDAH_ASSIGN_OR_RETURN(std::unique_ptr<ByteSource> file,
                          job.inputs.fs->OpenInput(job.inputs.paths[i]));
  return job.inputs.format->Inspect(*file, wanted);
}

/// Split what is read into columns of the files and of their directories.
Status PlanReading(const arrow::Schema& columns, const std::vector<std::string>& wanted,
                   PreparedJob* job) {
  arrow::FieldVector fields;
  for (const std::string& name : wanted) {
    const auto constant = std::find_if(
        job->inputs.constants.begin(), job->inputs.constants.end(),
        [&](const ConstantColumn& one) { return one.field->name() == name; });
    if (constant != job->inputs.constants.end()) {
      job->constants.push_back(*constant);
    } else if (const auto field = columns.GetFieldByName(name); field != nullptr) {
      fields.push_back(field);
    }
  }
  if (fields.empty()) {
    // Rows cannot be counted by reading nothing.
    const auto in_files = std::find_if(
        columns.fields().begin(), columns.fields().end(), [&](const auto& field) {
          return std::none_of(
              job->inputs.constants.begin(), job->inputs.constants.end(),
              [&](const ConstantColumn& c) { return c.field->name() == field->name(); });
        });
    if (in_files == columns.fields().end()) {
      return Error(ErrorKind::kSchemaMismatch, "the input's files have no column");
    }
    fields.push_back(*in_files);
  }
  job->read_schema = arrow::schema(std::move(fields));
  return Status::OK();
}

/// `path`: a file, or Spark DDL itself, which has a space behind its first name.
Result<std::optional<DeclaredSchema>> ReadDeclaredSchema(const Storages& storages,
                                                         const std::string& path) {
  if (path.empty()) return std::optional<DeclaredSchema>();
  const auto is_file = [&](const char* ending) { return path.ends_with(ending); };
  if (!is_file(".avsc") && !is_file(".ddl") && path.find_first_of(" \t\n") != path.npos) {
    HOWDAH_ASSIGN_OR_RETURN(DeclaredSchema schema, ParseSparkDdl(path, "output.schema"));
    return std::optional(std::move(schema));
  }
  constexpr int64_t kMostBytes = int64_t{16} << 20;
  HOWDAH_ASSIGN_OR_RETURN(Location location, storages.Resolve(path));
  const Result<std::string> text = ReadFile(*location.fs, location.path, kMostBytes);
  if (!text.ok()) return WithContext(text.status(), "declared schema '" + path + "'");
  HOWDAH_ASSIGN_OR_RETURN(DeclaredSchema schema, is_file(".ddl")
                                                     ? ParseSparkDdl(*text, path)
                                                     : ParseAvroSchema(*text, path));
  return std::optional(std::move(schema));
}

RowChecks ChecksOf(const JobSpec& spec) {
  const bool json = spec.output.format == "json";  // has no NaN, and readers know null
  return {
      .bad_rows =
          spec.checks.bad_rows == "quarantine" ? BadRows::kQuarantine : BadRows::kFail,
      .nan = spec.checks.nan,
      .columns = spec.checks.columns,
      .format = spec.output.format,
      .abilities = {.holds_nan = !json, .holds_nan_text = json, .null_elements = json}};
}

/// Whether a column is to have text in place of NaN. Landing lets no other have one.
bool AsksForNanText(const JobSpec& spec, const std::optional<DeclaredSchema>& declared) {
  bool asks = spec.checks.nan == NanPolicy::kString;
  for (const auto& [name, checks] : spec.checks.columns) {
    asks |= checks.nan == NanPolicy::kString;
  }
  if (!declared) return asks;
  for (const DeclaredField& field : declared->fields) {
    asks |= field.checks.nan == NanPolicy::kString;
  }
  return asks;
}

/// The error of one, or of both in one message.
Status Both(const Status& feed, const Status& landing) {
  const bool both =
      Is(feed, ErrorKind::kSchemaMismatch) && Is(landing, ErrorKind::kSchemaMismatch);
  if (!both) return feed.ok() ? landing : feed;
  return Error(ErrorKind::kSchemaMismatch, "{}; besides, {}", feed.message(),
               landing.message());
}

Status PrepareInputs(const Storages& storages, PreparedJob* job) {
  const JobSpec& spec = job->spec;
  HOWDAH_ASSIGN_OR_RETURN(job->inputs,
                          FindInputs(storages, spec.input.path, spec.input.format));
  HOWDAH_ASSIGN_OR_RETURN(const auto declared,
                          ReadDeclaredSchema(storages, spec.output.schema));
  const InspectOptions wanted = WantedColumns(spec, job->signature);
  InputColumns common(job->inputs, wanted.columns);
  std::vector<SourceFileInfo> files;
  int64_t bytes = 0;
  for (size_t i = 0; i < job->inputs.files.size(); ++i) {
    HOWDAH_ASSIGN_OR_RETURN(SourceFileInfo file, InspectFile(*job, i, wanted));
    HOWDAH_RETURN_IF_ERROR(common.Add(file.schema, i));
    for (const SourceUnit& unit : file.units) bytes += unit.bytes;
    file.schema.reset();
    if (!file.undivided.empty()) {
      job->undivided.push_back({job->inputs.files[i].url, file.undivided});
    }
    files.push_back(std::move(file));
  }
  const auto columns = common.Schema(job->signature, spec.input.tensors, &job->warnings);
  Result<Feed> feed = Feed::Compile(*columns, job->signature, spec.input.tensors,
                                    !job->inputs.format->numbers_have_width());
  Result<Landing> landing =
      Landing::Compile(*columns, spec.output.keep, job->signature, spec.output.columns,
                       declared ? &*declared : nullptr, ChecksOf(spec));
  HOWDAH_RETURN_IF_ERROR(Both(feed.status(), landing.status()));
  job->feed = *std::move(feed);
  job->landing = *std::move(landing);
  job->encoder.text = spec.output.text;
  job->encoder.text.nan_as_string = AsksForNanText(spec, declared);
  std::vector<std::string> read = job->feed->columns();
  AddOnce(spec.output.keep, &read);
  HOWDAH_RETURN_IF_ERROR(PlanReading(*columns, read, job));

  const int64_t target = spec.input.split_size.value_or(
      std::min(job->file_bytes, std::max(bytes / kSplitsWanted, kLeastSplitBytes)));
  job->plan.inputs = job->inputs.files;
  job->plan.splits = PlanSplits(files, target);
  if (job->input_rows() == 0) {
    job->warnings.push_back(
        "the input has no rows: one empty file with the schema is landed");
  }
  return Status::OK();
}

/// The bytes at which a file is closed, unless the job says it: within one block, where
/// the storage has any, with room for what is not known before the file is closed.
int64_t DefaultFileBytes(const Location& output) {
  constexpr int64_t kWithoutBlocks = int64_t{256} << 20, kMargin = 16;
  if (output.block_bytes == 0) return kWithoutBlocks;
  return std::max<int64_t>(1, output.block_bytes - output.block_bytes / kMargin);
}

/// The name of the hidden directory is the longest that is made of the dataset's.
Status CheckDatasetName(const DatasetPaths& paths) {
  constexpr size_t kMostBytes = 255;  // of a name in a directory: HDFS, ext4, xfs
  const std::string_view name = BaseName(paths.dataset);
  const std::string_view hidden = BaseName(paths.staging);
  if (hidden.size() <= kMostBytes) return Status::OK();
  return Error(ErrorKind::kInvalidInput,
               "the output's name has {} bytes, which leaves no room for that of its "
               "staging directory, the most is {}: '{}…'; choose a shorter one",
               name.size(), kMostBytes - (hidden.size() - name.size()),
               name.substr(0, 60));
}

/// Where the output goes; needs no input.
Status PlaceOutput(const Storages& storages, PreparedJob* job) {
  const JobSpec::Output& output = job->spec.output;
  HOWDAH_ASSIGN_OR_RETURN(Location location, storages.Resolve(output.path));
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
  HOWDAH_RETURN_IF_ERROR(CheckDatasetName(job->paths));
  job->output_fs = location.fs;
  job->output_url = location.url;
  job->file_bytes = output.file_size.value_or(DefaultFileBytes(location));
  return Status::OK();
}

Status PrepareOutput(const Storages& storages, PreparedJob* job) {
  const JobSpec::Output& output = job->spec.output;
  for (const std::string& path : job->spec.input.path) {
    HOWDAH_ASSIGN_OR_RETURN(Location input, storages.Resolve(path));
    const std::string& dataset = job->paths.dataset;
    if (input.fs == job->output_fs && dataset.starts_with(input.path + "/")) {
      return Error(ErrorKind::kInvalidInput,
                   "the output '{}' lies inside the input '{}', where the next run would "
                   "read it: choose another output, or name the input's files",
                   dataset, input.path);
    }
  }

  job->format = FindFormat(output.format);
  HOWDAH_ASSIGN_OR_RETURN(job->encoder.profile, ProfileNamed(output.profile));
  const std::vector<std::string>& compressions =
      job->format->compressions(job->encoder.profile);
  std::string& compression = job->encoder.compression;
  compression = output.compression.empty() ? compressions.front() : output.compression;
  if (compression == "uncompressed") compression = "none";  // Spark knows both words
  if (std::find(compressions.begin(), compressions.end(), compression) ==
      compressions.end()) {
    return Error(ErrorKind::kInvalidInput, "'output.compression' = '{}': {} has {}{}",
                 compression, job->format->name(), QuotedList(compressions),
                 DidYouMean(compression, compressions));
  }
  for (const int field : job->landing->kept_fields()) {
    job->encoder.key_columns.push_back(job->landing->schema()->field(field)->name());
  }
  for (const std::string& name : output.partition_by) {
    job->partition_by.push_back(LegalName(name));
  }
  HOWDAH_ASSIGN_OR_RETURN(const auto file_schema,
                          FileSchema(*job->landing->schema(), job->partition_by));
  return job->format->StoredSchema(file_schema, job->encoder).status();
}

/// All that decides the result, and nothing else: threads, logging and ceilings are left
/// out. nlohmann::json sorts keys, so equal plans are equal text.
///
/// \param text  PlanOfText; empty for formats that say their types themselves.
std::string SemanticText(const PreparedJob& job, const std::string& text) {
  nlohmann::json files = nlohmann::json::array();
  for (const InputFile& file : job.plan.inputs) {
    files.push_back(
        {{"url", file.url}, {"length", file.length}, {"mtime_us", file.mtime_us}});
  }
  nlohmann::json columns = nlohmann::json::array();
  for (const auto& field : job.landing->schema()->fields()) {
    columns.push_back({{"name", field->name()}, {"type", field->type()->ToString()}});
    const auto id = field->metadata()->Get(kFieldIdKey);  // all fields have some
    if (id.ok()) columns.back()["field_id"] = *id;
  }
  nlohmann::json sources = nlohmann::json::array();
  for (const OutputColumn& column : job.spec.output.columns) {
    sources.push_back(
        {column.name, column.from, static_cast<int>(column.as), column.top_k});
  }
  nlohmann::json keys = nlohmann::json::array();
  for (const int field : job.landing->kept_fields()) {
    keys.push_back(job.landing->schema()->field(field)->name());
  }
  nlohmann::json tensors = nlohmann::json::object();
  for (const auto& [name, input] : job.spec.input.tensors) {
    tensors[name] = {{"columns", input.columns}};
    if (input.pad) tensors[name]["pad"] = *input.pad;
    if (input.round) tensors[name]["round"] = true;
    if (input.as_example) tensors[name]["as"] = "tf.Example";
  }
  const nlohmann::json checked = job.landing->checks();
  nlohmann::json semantic = {
      {"model",
       {{"sha256", job.model_sha256},
        {"signature", job.signature.key},
        {"tags", job.spec.model.tags},
        {"batch_rows", job.spec.model.batch_rows},
        {"onednn", job.onednn}}},
      {"input",
       {{"format", job.inputs.format->name()},
        {"files", std::move(files)},
        {"tensors", std::move(tensors)}}},
      {"output",
       {{"mode", job.spec.output.mode},
        {"format", job.format->name()},
        {"profile", job.spec.output.profile},
        {"compression", job.encoder.compression},
        {"keep", job.spec.output.keep},
        {"partition_by", job.partition_by},
        {"row_splits", job.spec.output.row_splits},
        {"keys", std::move(keys)},
        {"columns", std::move(columns)},
        {"from", std::move(sources)}}},
      {"checks", {{"bad_rows", job.spec.checks.bad_rows}, {"columns", checked}}}};
  // What was asked for: a default follows the storage's settings, which may change.
  if (job.spec.output.file_size) {
    semantic["output"]["file_size"] = *job.spec.output.file_size;
  }
  if (job.spec.output.merge_small_files) semantic["output"]["merge_small_files"] = true;
  if (!text.empty()) semantic["output"]["text"] = nlohmann::json::parse(text);
  if (!job.spec.output.staging.empty()) {
    // A staging directory may serve several datasets; each needs its own jobs there.
    semantic["output"]["path"] = job.output_url;
  }
  // Paths may hold bytes that are not UTF-8; replaced, they still tell jobs apart well
  // enough because lengths and times stand beside them.
  return semantic.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// What is the same in all runs of a dataset of mode append.
std::string ShapeOf(const std::string& semantic) {
  const auto plan = nlohmann::json::parse(semantic, nullptr, false);
  nlohmann::json shape;
  for (const char* field : {"format", "columns", "partition_by"}) {
    const auto pointer = nlohmann::json::json_pointer("/output") / field;
    if (plan.is_object() && plan.contains(pointer)) shape[field] = plan.at(pointer);
  }
  return shape.dump();
}

/// Mode append: rules that speak of other runs of the dataset.
Status CheckAppend(const PreparedJob& job) {
  if (job.spec.job_id.empty()) {
    return Error(ErrorKind::kInvalidInput,
                 "'output.mode' = 'append' needs 'job.id' (--job-id), which tells this "
                 "run from the others: without one the same rows could land twice");
  }
  const std::vector<std::string>& by = job.partition_by;
  const bool in_the_way = job.landing->schema()->GetFieldByName(kRunColumn) != nullptr ||
                          std::find(by.begin(), by.end(), kRunColumn) != by.end();
  if (in_the_way) {
    return Error(ErrorKind::kInvalidInput,
                 "mode append names its directories {}=<job id>, which would hide the "
                 "output column '{}': give the column another name in [output.columns]",
                 kRunColumn, kRunColumn);
  }
  HOWDAH_ASSIGN_OR_RETURN(const std::optional<Ledger> other,
                          ReadSomeRun(*job.output_fs, job.paths.dataset));
  if (!other || other->job_id == job.plan.job_id) return Status::OK();
  const std::string before = ShapeOf(other->plan.semantic);
  const std::string now = ShapeOf(job.plan.semantic);
  if (before == now) return Status::OK();
  return Error(ErrorKind::kSchemaMismatch,
               "the dataset '{}' holds rows of another shape, landed by job '{}' ({}): "
               "declare 'output.schema' so that both agree, or choose another output",
               job.output_url, other->job_id, DescribeDifference(before, now));
}

}  // namespace

int64_t PreparedJob::input_rows() const {
  int64_t rows = 0;
  for (const Split& split : plan.splits) rows += split.rows();
  return rows;
}

int64_t PreparedJob::runners() const {
  if (spec.model.runners > 0) return spec.model.runners;
  return std::max<int64_t>(1, std::thread::hardware_concurrency());
}

Result<PreparedJob> Prepare(const Storages& storages, JobSpec spec) {
  PreparedJob job;
  job.spec = std::move(spec);
  HOWDAH_RETURN_IF_ERROR(CheckJobId(job.spec.job_id));
  HOWDAH_RETURN_IF_ERROR(PrepareModel(storages, &job));
  HOWDAH_RETURN_IF_ERROR(PlaceOutput(storages, &job));
  HOWDAH_RETURN_IF_ERROR(PrepareInputs(storages, &job));
  HOWDAH_RETURN_IF_ERROR(PrepareOutput(storages, &job));
  HOWDAH_RETURN_IF_ERROR(CheckPlannedFiles(job));
  // Where directories of the input are known to become many files, their rows are too.
  if (auto warning = PlannedFilesWarning(job)) {
    job.warnings.push_back(*std::move(warning));
  }
  std::string text;
  if (!job.format->says_types()) {
    HOWDAH_ASSIGN_OR_RETURN(text, PlanOfText(job.encoder.text, *job.landing->schema()));
  }
  job.plan.mode = ParsePublishMode(job.spec.output.mode).value_or(PublishMode::kNew);
  if (job.spec.output.merge_small_files) job.plan.merge_bytes = job.file_bytes;
  job.plan.semantic = SemanticText(job, text);
  if (job.plan.mode == PublishMode::kAppend) HOWDAH_RETURN_IF_ERROR(CheckAppend(job));
  constexpr size_t kDigestDigits = 16;
  job.plan.job_id = job.spec.job_id.empty()
                        ? Sha256Hex(job.plan.semantic).substr(0, kDigestDigits)
                        : job.spec.job_id;
  return job;
}

}  // namespace howdah
