#pragma once

#include <string>

#include "pipeline/job_spec.h"
#include "pipeline/storages.h"
#include "schema/create_table.h"

namespace howdah {

/// The statement that makes a landed dataset a table: what its ledger says and the first
/// of its files, unless they are of text. \param name  of the table; "": the last part of
/// the dataset's path. NotFound: no dataset there. SchemaMismatch: as CreateTable.
Result<std::string> DatasetDdl(const Storages& storages, const std::string& dataset,
                               SqlDialect dialect, const std::string& name);

/// The statements of AddPartitions for the directories that a landed dataset has. Errors:
/// NotFound: no dataset there. Corruption: as AddPartitions.
Result<std::string> DatasetPartitions(const Storages& storages,
                                      const std::string& dataset, SqlDialect dialect,
                                      const std::string& name);

/// DatasetDdl for what a job would land; writes nothing. Errors: those of Prepare, too.
Result<std::string> JobDdl(const Storages& storages, JobSpec spec, SqlDialect dialect,
                           const std::string& name);

}  // namespace howdah
