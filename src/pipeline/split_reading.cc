#include "pipeline/split_reading.h"

#include <utility>
#include <vector>

#include "base/environment.h"

namespace howdah {
namespace {

Result<std::unique_ptr<ByteSource>> OpenUnchanged(const PreparedJob& prepared,
                                                  const InputFile& planned,
                                                  size_t index) {
  const std::string& path = prepared.inputs.paths[index];
  HOWDAH_ASSIGN_OR_RETURN(FileInfo now, prepared.inputs.fs->Stat(path));
  if (now.size != planned.length || now.mtime_us != planned.mtime_us) {
    return Error(ErrorKind::kInvalidInput,
                 "input '{}' changed while the job ran: planned with {} bytes of {}, now "
                 "{} bytes of {}; run the job with --restart",
                 planned.url, planned.length, FormatTimestamp(planned.mtime_us), now.size,
                 FormatTimestamp(now.mtime_us));
  }
  return prepared.inputs.fs->OpenInput(path);
}

}  // namespace

Result<std::unique_ptr<SplitReader>> OpenPlannedSplit(const PreparedJob& prepared,
                                                      const JobPlan& plan,
                                                      const Split& split) {
  std::vector<std::shared_ptr<ByteSource>> files;
  for (size_t i = 0; i < split.parts.size(); ++i) {
    const auto index = static_cast<size_t>(split.parts[i].file);
    if (i > 0 && split.parts[i - 1].file == split.parts[i].file) {
      files.push_back(files.back());
      continue;
    }
    HOWDAH_ASSIGN_OR_RETURN(std::unique_ptr<ByteSource> file,
                            OpenUnchanged(prepared, plan.inputs[index], index));
    files.push_back(std::move(file));
  }
  SplitReadOptions options;
  options.schema = prepared.read_schema;
  options.constants = prepared.constants;
  options.batch_rows = prepared.spec.model.batch_rows;
  return OpenSplit(*prepared.inputs.format, split, std::move(files), options);
}

}  // namespace howdah
