// What Howdah's readers cost: a file, decoded from memory to batches of rows.
//
// Usage: read_bench
//        for each line "FILE FORMAT THREADS" of stdin answers
//        {"cpu_s", "wall_s", "faults", "rows", "columns"}. THREADS read a share of its
//        splits each.

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <atomic>
#include <cstring>
#include <fstream>
#include <iterator>

#include "bench_turns.h"
#include "source/source.h"
#include "source/split_planner.h"

namespace howdah {
namespace {

constexpr int64_t kBatchRows = 1024, kBatches = 64;  // as `howdah run` asks for them

class Memory final : public ByteSource {
 public:
  explicit Memory(const std::string& path) : name_(path) {
    std::ifstream in(path, std::ios::binary);
    bytes_.assign(std::istreambuf_iterator<char>(in), {});
  }
  const std::string& name() const override { return name_; }
  int64_t size() const override { return static_cast<int64_t>(bytes_.size()); }
  Result<int64_t> ReadAt(int64_t offset, std::span<std::byte> out) override {
    const auto from = static_cast<size_t>(offset);
    const size_t count = std::min(out.size(), bytes_.size() - from);
    std::memcpy(out.data(), bytes_.data() + from, count);
    return static_cast<int64_t>(count);
  }

 private:
  const std::string name_;
  std::string bytes_;
};

/// What one line asks for.
struct Work {
  std::shared_ptr<ByteSource> file;
  const SourceFormat* format = nullptr;
  int threads = 1;
  SourceFileInfo info;
  std::vector<Split> splits;

  /// Decode all rows. \return how many.
  Result<int64_t> Read() const {
    std::atomic<int64_t> rows{0};
    std::atomic<size_t> next{0};
    HOWDAH_RETURN_IF_ERROR(OnThreads(threads, [&](int) -> Status {
      for (size_t i = next++; i < splits.size(); i = next++) {
        HOWDAH_ASSIGN_OR_RETURN(const auto reader, OpenSplit(*format, splits[i], {file},
                                                             {.schema = info.schema,
                                                              .constants = {},
                                                              .batch_rows = kBatchRows}));
        for (;;) {
          HOWDAH_ASSIGN_OR_RETURN(const SourceBatch batch, reader->Next(kBatches));
          if (batch.rows == nullptr) break;
          rows += batch.rows->num_rows();
        }
      }
      return Status::OK();
    }));
    return rows.load();
  }
};

Result<Work> Prepare(std::istream& line) {
  Work work;
  std::string path, format;
  line >> path >> format >> work.threads;
  work.file = std::make_shared<Memory>(path);
  work.format = FindSourceFormat(format);
  if (work.format == nullptr) return Status::Invalid("no format ", format);
  HOWDAH_ASSIGN_OR_RETURN(work.info, work.format->Inspect(*work.file, {}));
  int64_t bytes = 0;
  for (const SourceUnit& unit : work.info.units) bytes += unit.bytes;
  work.splits = PlanSplits(std::span(&work.info, 1), bytes / work.threads + 1);
  HOWDAH_RETURN_IF_ERROR(work.Read().status());
  return work;
}

}  // namespace
}  // namespace howdah

int main() {
  using namespace howdah;
  std::string prepared;
  Work work;
  return AnswerLines([&](std::istringstream& line) -> Result<std::string> {
    if (line.str() != prepared) {
      HOWDAH_ASSIGN_OR_RETURN(work, Prepare(line));
      prepared = line.str();
    }
    const Cost before = Spent();
    HOWDAH_ASSIGN_OR_RETURN(const int64_t rows, work.Read());
    const Cost cost = Spent() - before;
    return Json(cost, fmt::format(R"("rows": {}, "columns": {})", rows,
                                  work.info.schema->num_fields()));
  });
}
