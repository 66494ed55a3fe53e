#include "pipeline/file_limits.h"

#include <arrow/scalar.h>
#include <arrow/type.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "base/units.h"
#include "schema/names.h"

namespace howdah {
namespace {

/// What to do about too many files. `begun`: splits may be done.
std::string Advice(const PreparedJob& job, bool begun = false) {
  std::string advice;
  if (!job.partition_by.empty()) {
    advice = fmt::format("partition by columns of fewer values than {} have",
                         QuotedList(job.partition_by));
  }
  const bool merges = job.spec.output.merge_small_files;
  if (job.plan.splits.size() > 1 && !merges) {
    advice += fmt::format("{}make fewer splits than {} by 'input.split_size'",
                          advice.empty() ? "" : ", or ", job.plan.splits.size());
  }
  if (advice.empty()) advice = "make larger files by 'output.file_size'";
  if (!merges) advice += ", or merge them by 'output.merge_small_files'";
  if (!merges && begun) advice += " with --restart";
  return advice;
}

/// The input's directories that name directories of the output.
std::vector<const ConstantColumn*> PartitionConstants(const PreparedJob& job) {
  std::vector<const ConstantColumn*> found;
  for (const ConstantColumn& constant : job.constants) {
    if (std::ranges::count(job.partition_by, LegalName(constant.field->name())) > 0) {
      found.push_back(&constant);
    }
  }
  return found;
}

/// The least number of data files that the job can make, by what its plan knows: one for
/// each split with rows, and for each partition directory that stems from a directory of
/// the input.
int64_t LeastFiles(const PreparedJob& job) {
  const std::vector<const ConstantColumn*> constants = PartitionConstants(job);
  int64_t files = 0;
  for (const Split& split : job.plan.splits) {
    std::set<std::vector<std::string>> directories;
    for (const SplitPart& part : split.parts) {
      if (part.rows == 0) continue;
      std::vector<std::string> values;
      for (const ConstantColumn* constant : constants) {
        values.push_back(constant->by_file[static_cast<size_t>(part.file)]->ToString());
      }
      directories.insert(std::move(values));
    }
    files += static_cast<int64_t>(directories.size());
  }
  return files;
}

}  // namespace

Status CheckPlannedFiles(const PreparedJob& job) {
  const int64_t files = LeastFiles(job);
  if (files <= job.spec.checks.max_files || job.spec.output.merge_small_files) {
    return Status::OK();
  }
  return Error(ErrorKind::kInvalidInput,
               "the job makes {} files at least, 'checks.max_files' is {}: {}, or raise "
               "'checks.max_files'",
               FormatCount(files), FormatCount(job.spec.checks.max_files), Advice(job));
}

Status CheckFileCount(const PreparedJob& job, int64_t files) {
  if (files <= job.spec.checks.max_files) return Status::OK();
  return Error(
      ErrorKind::kResourceExhausted,
      "the job has made {} files for '{}', 'checks.max_files' is {}, and nothing "
      "is published: {}, or raise 'checks.max_files', with which the same "
      "command goes on",
      FormatCount(files), job.output_url, FormatCount(job.spec.checks.max_files),
      Advice(job, /*begun=*/true));
}

Status CheckStagedFiles(const PreparedJob& job, int64_t files) {
  if (!job.spec.output.merge_small_files) return CheckFileCount(job, files);
  // The ledger lists them all, and is read whole.
  constexpr int64_t kMost = int64_t{1} << 18;
  if (files <= kMost) return Status::OK();
  return Error(
      ErrorKind::kResourceExhausted,
      "the splits of '{}' have made {} files that are to be merged, the most is {}, "
      "and nothing is published: make fewer splits than {} by a larger "
      "'input.split_size', with --restart",
      job.output_url, FormatCount(files), FormatCount(kMost), job.plan.splits.size());
}

std::optional<std::string> SmallFilesWarning(const PreparedJob& job, int64_t files,
                                             int64_t bytes) {
  // Fewer hurt nobody; and a file of some MiB is as good as any to most readers.
  constexpr int64_t kMany = 100, kFarBelow = 16;
  if (job.partition_by.empty() || files < kMany) return std::nullopt;
  if (bytes / files >= job.file_bytes / kFarBelow) return std::nullopt;
  return fmt::format(
      "the {} files of '{}' hold {} each on average, far below output.file_size ({}), "
      "which makes them slow to read: {}",
      FormatCount(files), job.output_url, FormatByteSize(bytes / files),
      FormatByteSize(job.file_bytes), Advice(job));
}

std::optional<std::string> PlannedFilesWarning(const PreparedJob& job) {
  if (job.spec.output.merge_small_files) return std::nullopt;
  return SmallFilesWarning(job, LeastFiles(job), job.inputs.bytes());
}

}  // namespace howdah
