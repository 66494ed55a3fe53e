#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "commit/publish_mode.h"
#include "storage/file_system.h"
#include "types/split.h"
#include "types/task_commit.h"

namespace howdah {

/// The frozen plan of one job generation: plan.json.
struct JobPlan {
  std::string job_id;
  PublishMode mode = PublishMode::kNew;
  /// Canonical JSON object (keys sorted): all that decides the result. Two plans of one
  /// job id are the same job iff this text is equal.
  std::string semantic;
  std::vector<InputFile> inputs;
  std::vector<Split> splits;
  /// Before it is published, small files of one directory are merged into files of up to
  /// so many bytes; 0: they land as the tasks wrote them.
  int64_t merge_bytes = 0;
};

/// The record inside the dataset of everything that was published: .howdah-ledger.
struct Ledger {
  std::string howdah_version;
  std::string job_id;
  int64_t generation = 1;
  int64_t published_us = 0;  ///< when the publishing began; microseconds since 1970
  JobPlan plan;
  std::vector<TaskCommit> tasks;    ///< by split id
  std::vector<MergeCommit> merges;  ///< by task number; what they replaced did not land
  std::string run;                  ///< JSON object from the caller: versions, timings

  int64_t rows_written() const;
  int64_t input_rows() const;
  int64_t rows_quarantined() const;
  int64_t files() const;  ///< DataFiles
  int64_t bytes() const;  ///< of DataFiles

  /// Paths of the files that merges replaced, which did not land. Valid as long as the
  /// ledger is not changed.
  std::set<std::string_view> MergedPaths() const;
  /// The files with rows that landed: those of the tasks that no merge replaced, then
  /// those of the merges. Valid as MergedPaths is.
  std::vector<const FileRecord*> DataFiles() const;
  /// DataFiles, then those of quarantined rows.
  std::vector<const FileRecord*> AllFiles() const;
};

/// The `format_version` of every control file that this engine writes.
inline constexpr int kFormatVersion = 1;

/// True iff `text` is one JSON object in the form that ToJson keeps byte for byte: on one
/// line, keys sorted, UTF-8. What JobPlan::semantic and Ledger::run must be.
bool IsCanonicalJsonObject(const std::string& text);

/// JSON texts, one object, with "format_version" (docs/formats/ledger.md). Parsing is
/// safe on hostile bytes: Corruption names the file and the field; Unsupported: written
/// by a newer engine (says which). Bytes that are not UTF-8 do not survive ToJson.
std::string ToJson(const JobPlan& plan, int64_t generation);
std::string ToJson(const TaskCommit& task);
std::string ToJson(const MergeCommit& merge);
std::string ToJson(const Ledger& ledger);
Result<JobPlan> ParsePlan(const std::string& text, const std::string& place);
Result<TaskCommit> ParseTaskCommit(const std::string& text, const std::string& place);
Result<MergeCommit> ParseMergeCommit(const std::string& text, const std::string& place);
Result<Ledger> ParseLedger(const std::string& text, const std::string& place);

/// Where two semantic texts differ, for people: "model.sha256: was \"ab…\", is \"cd…\";
/// …"; at most `most` differences.
std::string DescribeDifference(const std::string& before, const std::string& after,
                               int most = 5);

/// The ledger of the dataset; NotFound when it has none (names what was looked for).
Result<Ledger> ReadLedger(FileSystem& fs, const std::string& dataset);

}  // namespace howdah
