#pragma once

#include <string>

#include "pipeline/job_spec.h"
#include "pipeline/storages.h"
#include "schema/create_table.h"

namespace howdah {

/// The statement that makes a landed dataset a table: what its ledger and the first of
/// its files say. \param name  of the table; "": the last part of the dataset's path.
/// NotFound: no dataset there. SchemaMismatch: as CreateTable. Unsupported: its files are
/// of text, which does not say its types; the job does.
Result<std::string> DatasetDdl(const Storages& storages, const std::string& dataset,
                               SqlDialect dialect, const std::string& name);

/// The same for what a job would land; writes nothing. Errors: those of Prepare, too.
Result<std::string> JobDdl(const Storages& storages, JobSpec spec, SqlDialect dialect,
                           const std::string& name);

}  // namespace howdah
