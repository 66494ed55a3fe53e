#include "commit/ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/environment.h"
#include "commit/json_fields.h"
#include "commit/paths.h"
#include "commit/work_directory.h"

namespace howdah {
namespace {

using nlohmann::json;

json ObjectOf(const std::string& text) {
  std::optional<json> value = ParseJson(text);
  return value ? *std::move(value) : json();
}

/// What plan.json and the ledger both hold of a plan.
json PlanToJson(const JobPlan& plan) {
  json inputs = json::array();
  for (const InputFile& input : plan.inputs) {
    inputs.push_back(
        {{"url", input.url}, {"length", input.length}, {"mtime_us", input.mtime_us}});
  }
  json splits = json::array();
  for (const Split& split : plan.splits) {
    json parts = json::array();
    for (const SplitPart& part : split.parts) {
      json entry = {{"file", part.file},
                    {"first_row_group", part.first_row_group},
                    {"end_row_group", part.end_row_group},
                    {"first_row", part.first_row},
                    {"rows", part.rows}};
      if (part.first_byte != 0) entry["first_byte"] = part.first_byte;
      if (part.end_byte != 0) entry["end_byte"] = part.end_byte;
      parts.push_back(std::move(entry));
    }
    splits.push_back({{"id", split.id}, {"parts", std::move(parts)}});
  }
  json object = {{"semantic", ObjectOf(plan.semantic)},
                 {"inputs", std::move(inputs)},
                 {"splits", std::move(splits)}};
  if (plan.merge_bytes != 0) object["merge_bytes"] = plan.merge_bytes;
  return object;
}

std::string HashText(uint64_t hash) { return fmt::format("{:016x}", hash); }

json FileToJson(const FileRecord& file) {
  json columns = json::array();
  for (const ColumnStats& column : file.columns) {
    json entry = {{"name", column.name}};
    const auto add = [&](const char* field, const std::optional<int64_t>& count) {
      if (count) entry[field] = *count;
    };
    add("compressed_bytes", column.compressed_bytes);
    add("uncompressed_bytes", column.uncompressed_bytes);
    add("null_count", column.null_count);
    columns.push_back(std::move(entry));
  }
  json object = {{"staged_path", file.staged_path},
                 {"path", file.path},
                 {"bytes", file.bytes},
                 {"rows", file.rows},
                 {"row_groups", file.row_groups},
                 {"crc32c", fmt::format("{:08x}", file.crc32c)},
                 {"columns", std::move(columns)}};
  if (file.row_hash) object["row_hash"] = HashText(*file.row_hash);
  for (const auto& [column, value] : file.partition) {
    object["partition"].push_back(
        {{"column", column}, {"value", value ? json(*value) : json()}});
  }
  return object;
}

json FilesToJson(const std::vector<FileRecord>& files) {
  json list = json::array();
  for (const FileRecord& file : files) list.push_back(FileToJson(file));
  return list;
}

json TaskToJson(const TaskCommit& task) {
  json object = {{"split", task.split},
                 {"attempt", task.attempt},
                 {"input_rows", task.input_rows},
                 {"rows_written", task.rows_written},
                 {"rows_quarantined", task.rows_quarantined},
                 {"files", FilesToJson(task.files)},
                 {"started_us", task.started_us},
                 {"started", FormatTimestamp(task.started_us)},
                 {"finished_us", task.finished_us},
                 {"finished", FormatTimestamp(task.finished_us)}};
  if (task.key_hash) object["key_hash"] = HashText(*task.key_hash);
  for (const NonFiniteCount& count : task.non_finite) {
    object["non_finite"].push_back(
        {{"column", count.column}, {"nan", count.nan}, {"inf", count.inf}});
  }
  if (!task.quarantine.empty()) object["quarantine"] = FilesToJson(task.quarantine);
  return object;
}

json MergeToJson(const MergeCommit& merge) {
  return {{"task", merge.task},
          {"attempt", merge.attempt},
          {"sources", merge.sources},
          {"file", FileToJson(merge.file)},
          {"started_us", merge.started_us},
          {"started", FormatTimestamp(merge.started_us)},
          {"finished_us", merge.finished_us},
          {"finished", FormatTimestamp(merge.finished_us)}};
}

void ReadSplit(JsonFields fields, const JobPlan& plan, Split& split) {
  const auto expected_id = static_cast<int64_t>(plan.splits.size());
  fields.ReadCount("id", split.id);
  if (split.id != expected_id) fields.Refuse("id", "the split's place in the list");
  fields.ForEach("parts", [&](JsonFields entry) {
    SplitPart part;
    entry.ReadCount("file", part.file);
    entry.ReadCount("first_row_group", part.first_row_group);
    entry.ReadCount("end_row_group", part.end_row_group);
    entry.ReadOptionalOffset("first_byte", part.first_byte);
    entry.ReadOptionalOffset("end_byte", part.end_byte);
    entry.ReadCount("first_row", part.first_row);
    entry.ReadCount("rows", part.rows);
    if (part.file >= static_cast<int64_t>(plan.inputs.size())) {
      entry.Refuse("file", "an index into 'inputs'");
    }
    if (part.end_row_group < part.first_row_group) {
      entry.Refuse("end_row_group", "at or after 'first_row_group'");
    }
    if (part.end_byte < part.first_byte) {
      entry.Refuse("end_byte", "at or after 'first_byte'");
    }
    split.parts.push_back(part);
  });
}

void ReadPlan(JsonFields fields, JobPlan& plan) {
  fields.ReadObjectText("semantic", plan.semantic);
  fields.ForEach("inputs", [&](JsonFields entry) {
    InputFile& input = plan.inputs.emplace_back();
    entry.Read("url", input.url);
    entry.ReadCount("length", input.length);
    entry.Read("mtime_us", input.mtime_us);
  });
  fields.ForEach("splits", [&](JsonFields entry) {
    Split split;
    ReadSplit(entry, plan, split);
    plan.splits.push_back(std::move(split));
  });
  fields.ReadOptionalOffset("merge_bytes", plan.merge_bytes);
}

void ReadMode(JsonFields fields, JobPlan& plan) {
  std::string name;
  fields.Read("mode", name);
  const std::optional<PublishMode> mode = ParsePublishMode(name);
  if (!mode) return fields.Refuse("mode", "'new', 'append' or 'overwrite'");
  plan.mode = *mode;
}

/// One entry for each directory of the file's path, or none at all.
void ReadPartition(JsonFields fields, FileRecord& file) {
  fields.ForEachIfThere("partition", [&](JsonFields entry) {
    auto& [column, value] = file.partition.emplace_back();
    entry.Read("column", column);
    if (column.empty()) entry.Refuse("column", "the name of a column");
    entry.ReadNullable("value", value);
  });
  const auto levels = std::count(file.path.begin(), file.path.end(), '/');
  if (!file.partition.empty() && std::ssize(file.partition) != levels) {
    fields.Refuse("partition", "as long as 'path' has directories");
  }
}

enum class Rows { kLanded, kQuarantined };

void ReadFileRecord(JsonFields fields, Rows rows, FileRecord& file) {
  fields.Read("staged_path", file.staged_path);
  fields.Read("path", file.path);
  if (!IsPlainRelativePath(file.staged_path)) {
    fields.Refuse("staged_path", "a relative path without empty, '.' or '..' components");
  }
  // A hidden file would be published and never read, or would stand in for the ledger.
  if (!IsPlainRelativePath(file.path) || IsHiddenName(BaseName(file.path)) ||
      (rows == Rows::kLanded && file.path.starts_with('.'))) {
    fields.Refuse("path",
                  "a visible relative path without empty, '.' or '..' components");
  } else if (rows == Rows::kQuarantined && !IsQuarantinePath(file.path)) {
    fields.Refuse("path", "a path below '.howdah-quarantine'");
  }
  fields.ReadCount("bytes", file.bytes);
  fields.ReadCount("rows", file.rows);
  fields.ReadCount("row_groups", file.row_groups);
  fields.ReadCrc32c("crc32c", file.crc32c);
  fields.ForEach("columns", [&](JsonFields entry) {
    ColumnStats& column = file.columns.emplace_back();
    entry.Read("name", column.name);
    entry.ReadOptionalCount("compressed_bytes", column.compressed_bytes);
    entry.ReadOptionalCount("uncompressed_bytes", column.uncompressed_bytes);
    entry.ReadOptionalCount("null_count", column.null_count);
  });
  fields.ReadOptionalHash("row_hash", file.row_hash);
  ReadPartition(fields, file);
}

void ReadTask(JsonFields fields, TaskCommit& task) {
  fields.ReadCount("split", task.split);
  fields.Read("attempt", task.attempt);
  if (!IsAttemptId(task.attempt)) fields.Refuse("attempt", "16 lower-case hex digits");
  fields.ReadCount("input_rows", task.input_rows);
  fields.ReadCount("rows_written", task.rows_written);
  fields.ReadCount("rows_quarantined", task.rows_quarantined);
  fields.ReadOptionalHash("key_hash", task.key_hash);
  fields.ForEach("files", [&](JsonFields entry) {
    ReadFileRecord(entry, Rows::kLanded, task.files.emplace_back());
  });
  fields.ForEachIfThere("non_finite", [&](JsonFields entry) {
    NonFiniteCount& count = task.non_finite.emplace_back();
    entry.Read("column", count.column);
    entry.ReadCount("nan", count.nan);
    entry.ReadCount("inf", count.inf);
  });
  fields.ForEachIfThere("quarantine", [&](JsonFields entry) {
    ReadFileRecord(entry, Rows::kQuarantined, task.quarantine.emplace_back());
  });
  fields.Read("started_us", task.started_us);
  fields.Read("finished_us", task.finished_us);
}

void ReadMerge(JsonFields fields, MergeCommit& merge) {
  fields.ReadCount("task", merge.task);
  fields.Read("attempt", merge.attempt);
  if (!IsAttemptId(merge.attempt)) fields.Refuse("attempt", "16 lower-case hex digits");
  fields.Read("sources", merge.sources);
  if (merge.sources.size() < 2) fields.Refuse("sources", "a list of two paths or more");
  ReadFileRecord(fields.Object("file"), Rows::kLanded, merge.file);
  fields.Read("started_us", merge.started_us);
  fields.Read("finished_us", merge.finished_us);
}

}  // namespace

int64_t Ledger::rows_written() const {
  int64_t sum = 0;
  for (const TaskCommit& task : tasks) sum += task.rows_written;
  return sum;
}

int64_t Ledger::input_rows() const {
  int64_t sum = 0;
  for (const TaskCommit& task : tasks) sum += task.input_rows;
  return sum;
}

int64_t Ledger::rows_quarantined() const {
  int64_t sum = 0;
  for (const TaskCommit& task : tasks) sum += task.rows_quarantined;
  return sum;
}

int64_t Ledger::files() const { return std::ssize(DataFiles()); }

int64_t Ledger::bytes() const {
  int64_t sum = 0;
  for (const FileRecord* file : DataFiles()) sum += file->bytes;
  return sum;
}

std::set<std::string_view> Ledger::MergedPaths() const {
  std::set<std::string_view> paths;
  for (const MergeCommit& merge : merges) {
    paths.insert(merge.sources.begin(), merge.sources.end());
  }
  return paths;
}

std::vector<const FileRecord*> Ledger::DataFiles() const {
  const std::set<std::string_view> merged = MergedPaths();
  std::vector<const FileRecord*> files;
  for (const TaskCommit& task : tasks) {
    for (const FileRecord& file : task.files) {
      if (!merged.contains(file.path)) files.push_back(&file);
    }
  }
  for (const MergeCommit& merge : merges) files.push_back(&merge.file);
  return files;
}

std::vector<const FileRecord*> Ledger::AllFiles() const {
  std::vector<const FileRecord*> files = DataFiles();
  for (const TaskCommit& task : tasks) {
    for (const FileRecord& file : task.quarantine) files.push_back(&file);
  }
  return files;
}

bool IsCanonicalJsonObject(const std::string& text) {
  const std::optional<json> value = ParseJson(text);
  return value && value->is_object() && DumpJson(*value) == text;
}

std::string ToJson(const JobPlan& plan, int64_t generation) {
  json object = PlanToJson(plan);
  object["format_version"] = kFormatVersion;
  object["job_id"] = plan.job_id;
  object["generation"] = generation;
  object["mode"] = Name(plan.mode);
  return DumpJson(object);
}

std::string ToJson(const TaskCommit& task) {
  json object = TaskToJson(task);
  object["format_version"] = kFormatVersion;
  return DumpJson(object);
}

std::string ToJson(const MergeCommit& merge) {
  json object = MergeToJson(merge);
  object["format_version"] = kFormatVersion;
  return DumpJson(object);
}

std::string ToJson(const Ledger& ledger) {
  json tasks = json::array();
  for (const TaskCommit& task : ledger.tasks) tasks.push_back(TaskToJson(task));
  json object = {{"format_version", kFormatVersion},
                 {"howdah_version", ledger.howdah_version},
                 {"job_id", ledger.job_id},
                 {"generation", ledger.generation},
                 {"mode", Name(ledger.plan.mode)},
                 {"published_us", ledger.published_us},
                 {"published", FormatTimestamp(ledger.published_us)},
                 {"plan", PlanToJson(ledger.plan)},
                 {"tasks", std::move(tasks)},
                 {"run", ObjectOf(ledger.run)}};
  for (const MergeCommit& merge : ledger.merges) {
    object["merges"].push_back(MergeToJson(merge));
  }
  return DumpJson(object);
}

Result<JobPlan> ParsePlan(const std::string& text, const std::string& place) {
  HOWDAH_ASSIGN_OR_RETURN(JsonDocument document, JsonDocument::Parse(text, place));
  JobPlan plan;
  JsonFields fields(document);
  fields.Read("job_id", plan.job_id);
  ReadMode(fields, plan);
  ReadPlan(fields, plan);
  HOWDAH_RETURN_IF_ERROR(document.status);
  return plan;
}

Result<TaskCommit> ParseTaskCommit(const std::string& text, const std::string& place) {
  HOWDAH_ASSIGN_OR_RETURN(JsonDocument document, JsonDocument::Parse(text, place));
  TaskCommit task;
  ReadTask(JsonFields(document), task);
  HOWDAH_RETURN_IF_ERROR(document.status);
  return task;
}

Result<MergeCommit> ParseMergeCommit(const std::string& text, const std::string& place) {
  HOWDAH_ASSIGN_OR_RETURN(JsonDocument document, JsonDocument::Parse(text, place));
  MergeCommit merge;
  ReadMerge(JsonFields(document), merge);
  HOWDAH_RETURN_IF_ERROR(document.status);
  return merge;
}

Result<Ledger> ParseLedger(const std::string& text, const std::string& place) {
  HOWDAH_ASSIGN_OR_RETURN(JsonDocument document, JsonDocument::Parse(text, place));
  Ledger ledger;
  JsonFields fields(document);
  fields.Read("howdah_version", ledger.howdah_version);
  fields.Read("job_id", ledger.job_id);
  fields.ReadCount("generation", ledger.generation);
  ReadMode(fields, ledger.plan);
  fields.Read("published_us", ledger.published_us);
  ledger.plan.job_id = ledger.job_id;
  ReadPlan(fields.Object("plan"), ledger.plan);
  fields.ForEach("tasks",
                 [&](JsonFields entry) { ReadTask(entry, ledger.tasks.emplace_back()); });
  fields.ForEachIfThere("merges", [&](JsonFields entry) {
    ReadMerge(entry, ledger.merges.emplace_back());
  });
  fields.ReadObjectText("run", ledger.run);
  HOWDAH_RETURN_IF_ERROR(document.status);
  return ledger;
}

Result<Ledger> ReadLedger(FileSystem& fs, const std::string& dataset) {
  const std::string place = JoinPath(dataset, kLedgerName);
  const Result<std::string> text = ReadFile(fs, place);
  if (Is(text.status(), ErrorKind::kNotFound)) {
    return Error(ErrorKind::kNotFound,
                 "'{}' has no ledger (looked for '{}'): it is not a dataset that Howdah "
                 "published",
                 dataset, place);
  }
  HOWDAH_RETURN_IF_ERROR(text.status());
  return ParseLedger(*text, place);
}

}  // namespace howdah
