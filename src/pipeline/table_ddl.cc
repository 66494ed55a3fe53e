#include "pipeline/table_ddl.h"

#include <arrow/type.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.h"
#include "commit/ledger.h"
#include "pipeline/partition_type.h"
#include "pipeline/prepare.h"

namespace howdah {
namespace {

std::string LastPart(const std::string& path) {
  return path.substr(path.find_last_of('/') + 1);
}

/// What the ledger's plan says of the output.
struct PlannedOutput {
  std::string format, compression;
  std::vector<std::pair<std::string, std::string>> partitions;  // name, Arrow's type
};

Result<PlannedOutput> OutputOf(const Ledger& ledger) {
  try {
    const auto output = nlohmann::json::parse(ledger.plan.semantic).at("output");
    PlannedOutput planned{.format = output.at("format"),
                          .compression = output.at("compression")};
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

}  // namespace

Result<std::string> DatasetDdl(const Storages& storages, const std::string& dataset,
                               SqlDialect dialect, const std::string& name) {
  HOWDAH_ASSIGN_OR_RETURN(const Location location, storages.Resolve(dataset));
  HOWDAH_ASSIGN_OR_RETURN(const Ledger ledger, ReadLedger(*location.fs, location.path));
  HOWDAH_ASSIGN_OR_RETURN(const PlannedOutput output, OutputOf(ledger));
  const Format* format = FindFormat(output.format);
  if (format == nullptr || !format->says_types()) {
    return Error(ErrorKind::kUnsupported,
                 "'{}' is of {} files, which do not say their types: give the job file "
                 "in place of the dataset",
                 location.url, output.format);
  }
  TableDescription table{.name = name.empty() ? LastPart(location.path) : name,
                         .location = location.url,
                         .format = output.format,
                         .extension = format->extension(output.compression)};
  for (const auto& [column, type] : output.partitions) {
    HOWDAH_ASSIGN_OR_RETURN(auto partition_type, PartitionType(type));
    table.partitions.push_back(arrow::field(column, std::move(partition_type)));
  }
  for (const TaskCommit& task : ledger.tasks) {
    if (task.files.empty()) continue;
    HOWDAH_ASSIGN_OR_RETURN(
        const auto file,
        location.fs->OpenInput(location.path + "/" + task.files.front().path));
    HOWDAH_ASSIGN_OR_RETURN(const ReadBackFile contents, format->ReadBack(*file, {}));
    table.columns = contents.schema->fields();
    return CreateTable(table, dialect);
  }
  return Error(ErrorKind::kNotFound, "'{}' has no data files", location.url);
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
      .header = job.encoder.text.header};
  const auto& schema = *job.landing->schema();
  for (const auto& field : schema.fields()) {
    const auto& by = job.partition_by;
    if (std::find(by.begin(), by.end(), field->name()) == by.end()) {
      table.columns.push_back(field);
    }
  }
  for (const std::string& column : job.partition_by) {
    table.partitions.push_back(schema.GetFieldByName(column));
  }
  return CreateTable(table, dialect);
}

}  // namespace howdah
