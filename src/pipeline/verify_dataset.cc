#include "pipeline/verify_dataset.h"

#include <nlohmann/json.hpp>

#include "base/units.h"
#include "commit/landed.h"
#include "commit/verify.h"
#include "encode/encoder.h"
#include "pipeline/json_text.h"
#include "pipeline/landed_rows.h"
#include "pipeline/runs_json.h"
#include "pipeline/stored_as.h"
#include "pipeline/verify_rows.h"

namespace howdah {
namespace {

using Json = nlohmann::ordered_json;

std::string_view Name(Defect defect) {
  switch (defect) {
    case Defect::kMissing:
      return "missing";
    case Defect::kLength:
      return "length";
    case Defect::kChecksum:
      return "checksum";
    case Defect::kRows:
      return "rows";
    case Defect::kValues:
      return "values";
    case Defect::kForeign:
      return "foreign";
  }
  return "";
}

/// Level 1 for one file: what its own footer says. Files that level 0 already found
/// wanting are passed over.
Result<std::optional<Finding>> CheckFooter(FileSystem& fs, const std::string& dataset,
                                           const EncoderOptions& options,
                                           const FileRecord& record) {
  const std::string path = JoinPath(dataset, record.path);
  HOWDAH_ASSIGN_OR_RETURN(const bool whole, IsThereWhole(fs, path, record));
  if (!whole) return std::nullopt;
  HOWDAH_ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> file, fs.OpenInput(path));
  const Format* format = FormatOfDataFile(record.path);
  if (format == nullptr) {
    return Finding{Defect::kRows, record.path, "no format reads a file of this name"};
  }
  Result<ReadBackFile> footer = format->ReadBack(*file, options);
  if (!footer.ok()) return Finding{Defect::kRows, record.path, footer.status().message()};
  if (footer->rows != record.rows) {
    return Finding{
        Defect::kRows, record.path,
        fmt::format("the ledger says {} rows, the file {}", record.rows, footer->rows)};
  }
  return std::nullopt;
}

Status CheckFooters(FileSystem& fs, const std::string& dataset, const Ledger& ledger,
                    std::vector<Finding>* findings) {
  HOWDAH_ASSIGN_OR_RETURN(const StoredAs stored, StoredAsOf(ledger.plan));
  for (const FileRecord* record : ledger.AllFiles()) {
    HOWDAH_ASSIGN_OR_RETURN(std::optional<Finding> finding,
                            CheckFooter(fs, dataset, stored.encoder, *record));
    if (finding) findings->push_back(*std::move(finding));
  }
  return Status::OK();
}

Result<std::vector<Finding>> FindDefects(FileSystem& fs, const std::string& dataset,
                                         const Ledger& ledger, VerifyLevel level) {
  HOWDAH_ASSIGN_OR_RETURN(std::vector<Finding> findings,
                          VerifyListing(fs, dataset, ledger));
  if (level >= VerifyLevel::kFooters) {
    for (Finding& finding : VerifyLedger(ledger)) findings.push_back(std::move(finding));
    HOWDAH_RETURN_IF_ERROR(CheckFooters(fs, dataset, ledger, &findings));
  }
  if (level >= VerifyLevel::kChecksums) {
    HOWDAH_ASSIGN_OR_RETURN(std::vector<Finding> more,
                            VerifyChecksums(fs, dataset, ledger));
    for (Finding& finding : more) findings.push_back(std::move(finding));
  }
  if (level >= VerifyLevel::kRows) {
    HOWDAH_ASSIGN_OR_RETURN(std::vector<Finding> more, VerifyRows(fs, dataset, ledger));
    for (Finding& finding : more) findings.push_back(std::move(finding));
  }
  return findings;
}

/// FindDefects of all runs, and of what lies beside them; paths are below the dataset.
Result<std::vector<Finding>> FindAllDefects(FileSystem& fs, const std::string& dataset,
                                            const LandedDataset& landed,
                                            VerifyLevel level) {
  HOWDAH_ASSIGN_OR_RETURN(std::vector<Finding> all, VerifyRoot(fs, dataset, landed));
  for (const LandedRun& run : landed.runs) {
    const bool whole = run.directory.empty();
    HOWDAH_ASSIGN_OR_RETURN(
        std::vector<Finding> findings,
        FindDefects(fs, whole ? dataset : JoinPath(dataset, run.directory), run.ledger,
                    level));
    for (Finding& finding : findings) {
      if (!whole) finding.path = JoinPath(run.directory, finding.path);
      all.push_back(std::move(finding));
    }
  }
  return all;
}

bool HasAllKeyHashes(const LandedDataset& landed) {
  return std::all_of(landed.runs.begin(), landed.runs.end(),
                     [](const LandedRun& run) { return HasKeyHashes(run.ledger); });
}

/// "job nightly", "12 jobs".
std::string JobsOf(const LandedDataset& landed) {
  if (landed.runs.size() == 1) return "job " + landed.runs.front().ledger.job_id;
  return fmt::format("{} jobs", landed.runs.size());
}

}  // namespace

Result<VerifyResult> VerifyDataset(const Storages& storages, const std::string& dataset,
                                   VerifyLevel level) {
  HOWDAH_ASSIGN_OR_RETURN(Location location, storages.Resolve(dataset));
  HOWDAH_ASSIGN_OR_RETURN(const LandedDataset landed,
                          ReadDataset(*location.fs, location.path));
  HOWDAH_ASSIGN_OR_RETURN(std::vector<Finding> findings,
                          FindAllDefects(*location.fs, location.path, landed, level));
  VerifyResult result;
  Json list = Json::array();
  for (const Finding& finding : findings) {
    (finding.defect == Defect::kForeign ? result.foreign : result.damaged) = true;
    list.push_back({{"defect", Name(finding.defect)},
                    {"path", finding.path},
                    {"detail", finding.detail}});
    result.text +=
        fmt::format("{}: {}: {}\n", Name(finding.defect), finding.path, finding.detail);
  }
  const bool keys = level >= VerifyLevel::kRows && HasAllKeyHashes(landed);
  if (level >= VerifyLevel::kRows && !keys) {
    result.text +=
        "keys not available: the job kept no column, so that its rows cannot be "
        "compared with the input's\n";
  }
  result.text += fmt::format("{}: {} rows, {} files, {}; level {}, {}\n",
                             findings.empty() ? "verified" : "NOT verified",
                             FormatCount(landed.rows()), landed.files(),
                             FormatByteSize(landed.bytes()), static_cast<int>(level),
                             JobsOf(landed));
  Json summary = SummaryHead("verify");
  summary["dataset"] = location.url;
  summary["level"] = static_cast<int>(level);
  summary["ok"] = findings.empty();
  if (landed.is_append) {
    summary["runs"] = RunsJson(landed);
  } else {
    summary["job_id"] = landed.runs.front().ledger.job_id;
    summary["generation"] = landed.runs.front().ledger.generation;
  }
  summary["files"] = landed.files();
  summary["bytes"] = landed.bytes();
  summary["rows"] = landed.rows();
  if (level >= VerifyLevel::kRows) summary["keys"] = keys ? "compared" : "not available";
  summary["findings"] = std::move(list);
  result.json = DumpJson(summary);
  return result;
}

}  // namespace howdah
