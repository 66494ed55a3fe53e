#include "pipeline/table_ddl.h"

#include <arrow/type.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.h"
#include "commit/landed.h"
#include "commit/paths.h"
#include "pipeline/partition_type.h"
#include "pipeline/prepare.h"
#include "pipeline/stored_as.h"
#include "schema/add_partitions.h"
#include "storage/file_system.h"

namespace howdah {
namespace {

std::string LastPart(const std::string& path) {
  return path.substr(path.find_last_of('/') + 1);
}

/// What the ledger's plan says of the output.
struct PlannedOutput {
  std::string format;
  std::vector<std::pair<std::string, std::string>> partitions;  // name, Arrow's type
};

Result<PlannedOutput> OutputOf(const Ledger& ledger) {
  try {
    const auto output = nlohmann::json::parse(ledger.plan.semantic).at("output");
    PlannedOutput planned{.format = output.at("format")};
    for (const std::string name : output.at("partition_by")) {
      for (const auto& column : output.at("columns")) {
        if (column.at("name") == name) {
          planned.partitions.emplace_back(name, column.at("type"));
        }
      }
    }
    return planned;
  } catch (const nlohmann::json::exception& error) {
    return Error(ErrorKind::kCorruption,
                 "the ledger's plan does not say how files were written: {}",
                 error.what());
  }
}

/// The columns of a run's files in `directory`, by one of them if they say their types.
Result<arrow::FieldVector> FileColumns(const Location& location,
                                       const std::string& directory, const Ledger& ledger,
                                       const Format& format, const StoredAs& stored) {
  if (!format.says_types()) {
    if (stored.schema != nullptr) return stored.schema->fields();
    return Error(ErrorKind::kCorruption,
                 "the ledger's plan does not say the types of its {} files",
                 format.name());
  }
  const std::vector<const FileRecord*> files = ledger.DataFiles();
  if (files.empty()) {
    return Error(ErrorKind::kNotFound, "'{}' has no data files", location.url);
  }
  HOWDAH_ASSIGN_OR_RETURN(
      const auto file, location.fs->OpenInput(JoinPath(directory, files.front()->path)));
  HOWDAH_ASSIGN_OR_RETURN(const ReadBackFile contents, format.ReadBack(*file, {}));
  return contents.schema->fields();
}

std::shared_ptr<arrow::Field> RunField() {
  return arrow::field(kRunColumn, arrow::utf8(), /*nullable=*/false);
}

/// The dataset as a table, without the columns of its files.
Result<TableDescription> Describe(const Location& location, const PlannedOutput& output,
                                  bool is_append, const std::string& name) {
  TableDescription table{.name = name.empty() ? LastPart(location.path) : name,
                         .location = location.url,
                         .format = output.format};
  if (is_append) table.partitions.push_back(RunField());
  for (const auto& [column, type] : output.partitions) {
    HOWDAH_ASSIGN_OR_RETURN(auto partition_type, PartitionType(type));
    table.partitions.push_back(arrow::field(column, std::move(partition_type)));
  }
  return table;
}

/// Each directory of data files once.
std::vector<TablePartition> PartitionsOf(const LandedDataset& landed,
                                         const std::string& url) {
  std::map<std::string, TablePartition> partitions;  // by directory
  for (const LandedRun& run : landed.runs) {
    const std::string base = landed.is_append ? JoinPath(url, run.directory) : url;
    for (const FileRecord* file : run.ledger.DataFiles()) {
      const size_t slash = file->path.rfind('/');
      const std::string directory =
          slash == file->path.npos ? base : JoinPath(base, file->path.substr(0, slash));
      TablePartition& partition = partitions[directory];
      if (!partition.location.empty()) continue;
      partition.location = directory;
      if (landed.is_append) partition.values.emplace_back(run.ledger.job_id);
      for (const auto& [column, value] : file->partition) {
        partition.values.push_back(value);
      }
    }
  }
  std::vector<TablePartition> list;
  for (auto& [directory, partition] : partitions) list.push_back(std::move(partition));
  return list;
}

/// The run by which a dataset is described: all have the same columns.
Result<const LandedRun*> FirstRun(const LandedDataset& landed, const std::string& url) {
  if (!landed.runs.empty()) return &landed.runs.front();
  return Error(ErrorKind::kNotFound, "'{}' is of mode append, and has no run yet", url);
}

}  // namespace

Result<std::string> DatasetDdl(const Storages& storages, const std::string& dataset,
                               SqlDialect dialect, const std::string& name) {
  HOWDAH_ASSIGN_OR_RETURN(const Location location, storages.Resolve(dataset));
  HOWDAH_ASSIGN_OR_RETURN(const LandedDataset landed,
                          ReadDataset(*location.fs, location.path));
  HOWDAH_ASSIGN_OR_RETURN(const LandedRun* run, FirstRun(landed, location.url));
  const Ledger& ledger = run->ledger;
  HOWDAH_ASSIGN_OR_RETURN(const PlannedOutput output, OutputOf(ledger));
  const Format* format = FindFormat(output.format);
  if (format == nullptr) {
    return Error(ErrorKind::kUnsupported, "'{}' is of {} files, which are not known here",
                 location.url, output.format);
  }
  HOWDAH_ASSIGN_OR_RETURN(const StoredAs stored, StoredAsOf(ledger.plan));
  HOWDAH_ASSIGN_OR_RETURN(TableDescription table,
                          Describe(location, output, landed.is_append, name));
  const TextOptions& text = stored.encoder.text;
  table.extension = format->extension(stored.encoder.compression);
  table.hive_text = output.format == "csv" && text.dialect == "hive-text";
  table.header = text.header;
  table.null = text.null;
  const std::string directory =
      landed.is_append ? JoinPath(location.path, run->directory) : location.path;
  HOWDAH_ASSIGN_OR_RETURN(table.columns,
                          FileColumns(location, directory, ledger, *format, stored));
  return CreateTable(table, dialect);
}

Result<std::string> DatasetPartitions(const Storages& storages,
                                      const std::string& dataset, SqlDialect dialect,
                                      const std::string& name) {
  HOWDAH_ASSIGN_OR_RETURN(const Location location, storages.Resolve(dataset));
  HOWDAH_ASSIGN_OR_RETURN(const LandedDataset landed,
                          ReadDataset(*location.fs, location.path));
  HOWDAH_ASSIGN_OR_RETURN(const LandedRun* run, FirstRun(landed, location.url));
  HOWDAH_ASSIGN_OR_RETURN(const PlannedOutput output, OutputOf(run->ledger));
  HOWDAH_ASSIGN_OR_RETURN(const TableDescription table,
                          Describe(location, output, landed.is_append, name));
  return AddPartitions(table, PartitionsOf(landed, location.url), dialect);
}

Result<std::string> JobDdl(const Storages& storages, JobSpec spec, SqlDialect dialect,
                           const std::string& name) {
  HOWDAH_ASSIGN_OR_RETURN(const PreparedJob job, Prepare(storages, std::move(spec)));
  TableDescription table{
      .name = name.empty() ? LastPart(job.paths.dataset) : name,
      .location = job.output_url,
      .format = job.format->name(),
      .extension = job.format->extension(job.encoder.compression),
      .hive_text = job.format->name() == "csv" && job.encoder.text.dialect == "hive-text",
      .header = job.encoder.text.header,
      .null = job.encoder.text.null};
  const auto& schema = *job.landing->schema();
  for (const auto& field : schema.fields()) {
    const auto& by = job.partition_by;
    if (std::find(by.begin(), by.end(), field->name()) == by.end()) {
      table.columns.push_back(field);
    }
  }
  if (job.plan.mode == PublishMode::kAppend) table.partitions.push_back(RunField());
  for (const std::string& column : job.partition_by) {
    table.partitions.push_back(schema.GetFieldByName(column));
  }
  return CreateTable(table, dialect);
}

}  // namespace howdah
