// What Howdah's encoders cost: the rows of an Arrow file, encoded to memory that is
// there.
//
// Usage: encode_bench [OUT]
//        for each line "FILE.arrow FORMAT COMPRESSION THREADS" of stdin answers
//        {"cpu_s", "wall_s", "faults", "bytes", "alone_s"}. THREADS encode a share of the
//        rows each, as files of their own: so `howdah run` uses cores. alone_s is the CPU
//        time where bytes are dropped: without the copy that any file costs. OUT is given
//        the bytes of the last line, one file behind the other.

#include <arrow/buffer.h>
#include <arrow/io/file.h>
#include <arrow/ipc/reader.h>
#include <arrow/record_batch.h>
#include <arrow/util/byte_size.h>

#include <algorithm>
#include <cstring>
#include <fstream>

#include "bench_turns.h"
#include "encode/encoder.h"

namespace howdah {
namespace {

constexpr int64_t kBatchRows = 8192;  // what a TaskWriter gives an encoder
// Text has this many times the bytes of its numbers at most.
constexpr int64_t kMostGrowth = 6;

class Memory final : public ByteSink {
 public:
  explicit Memory(int64_t bytes) : bytes_(static_cast<size_t>(bytes), '\1') {}
  Status Append(std::span<const std::byte> more) override {
    if (!keep_) return Status::OK();
    if (more.size() > bytes_.size() - used_) return Status::OutOfMemory("too small");
    std::memcpy(bytes_.data() + used_, more.data(), more.size());
    used_ += more.size();
    return Status::OK();
  }
  void Clear(bool keep) {
    used_ = 0;
    keep_ = keep;
  }
  std::string_view view() const { return {bytes_.data(), used_}; }

 private:
  std::string bytes_;
  size_t used_ = 0;
  bool keep_ = true;
};

struct Table {
  std::shared_ptr<arrow::Schema> schema;
  arrow::RecordBatchVector batches;
  int64_t bytes = 0;
};

Result<Table> Load(const std::string& path) {
  HOWDAH_ASSIGN_OR_RETURN(const auto file, arrow::io::ReadableFile::Open(path));
  HOWDAH_ASSIGN_OR_RETURN(const auto reader,
                          arrow::ipc::RecordBatchFileReader::Open(file));
  Table table{.schema = reader->schema(), .batches = {}, .bytes = 0};
  for (int i = 0; i < reader->num_record_batches(); ++i) {
    HOWDAH_ASSIGN_OR_RETURN(const auto batch, reader->ReadRecordBatch(i));
    table.bytes += arrow::util::TotalBufferSize(*batch);
    for (int64_t row = 0; row < batch->num_rows(); row += kBatchRows) {
      table.batches.push_back(batch->Slice(row, kBatchRows));
    }
  }
  return table;
}

/// What one line asks for, warm.
class Work {
 public:
  Work(Table table, const Format& format, EncoderOptions options, int threads)
      : table_(std::move(table)),
        format_(format),
        options_(std::move(options)),
        threads_(threads) {
    const int64_t bytes = kMostGrowth * table_.bytes / threads + (int64_t{16} << 20);
    for (int i = 0; i < threads; ++i) memories_.push_back(Memory(bytes));
  }

  Result<Cost> Encode(bool keep) {
    for (Memory& memory : memories_) memory.Clear(keep);
    const Cost before = Spent();
    HOWDAH_RETURN_IF_ERROR(OnThreads(threads_, [this](int i) { return Share(i); }));
    return Spent() - before;
  }

  const std::vector<Memory>& memories() const { return memories_; }

 private:
  Status Share(int i) {
    const size_t all = table_.batches.size();
    const auto begin_of = [&](int share) {
      return all * static_cast<size_t>(share) / static_cast<size_t>(threads_);
    };
    HOWDAH_ASSIGN_OR_RETURN(
        const auto encoder,
        format_.MakeEncoder(table_.schema, &memories_[static_cast<size_t>(i)], options_));
    for (size_t b = begin_of(i); b < begin_of(i + 1); ++b) {
      HOWDAH_RETURN_IF_ERROR(encoder->Write(*table_.batches[b]));
    }
    return encoder->Close().status();
  }

  const Table table_;
  const Format& format_;
  const EncoderOptions options_;
  const int threads_;
  std::vector<Memory> memories_;
};

Result<std::unique_ptr<Work>> Prepare(std::istream& line) {
  std::string path, format_name, compression;
  int threads = 1;
  line >> path >> format_name >> compression >> threads;
  const Format* const format = FindFormat(format_name);
  if (format == nullptr) return Status::Invalid("no format ", format_name);
  EncoderOptions options{.compression = compression};
  const auto& lake = format->compressions(Profile::kLake);
  if (std::find(lake.begin(), lake.end(), compression) == lake.end()) {
    options.profile = Profile::kCompact;
  }
  HOWDAH_ASSIGN_OR_RETURN(Table table, Load(path));
  auto work = std::make_unique<Work>(std::move(table), *format, options, threads);
  HOWDAH_RETURN_IF_ERROR(work->Encode(true).status());
  return work;
}

}  // namespace
}  // namespace howdah

int main(int count, char** words) {
  using namespace howdah;
  std::string prepared;
  std::unique_ptr<Work> work;
  const int code = AnswerLines([&](std::istringstream& line) -> Result<std::string> {
    if (line.str() != prepared) {
      work.reset();
      HOWDAH_ASSIGN_OR_RETURN(work, Prepare(line));
      prepared = line.str();
    }
    HOWDAH_ASSIGN_OR_RETURN(const Cost alone, work->Encode(false));
    HOWDAH_ASSIGN_OR_RETURN(const Cost kept, work->Encode(true));
    size_t bytes = 0;
    for (const auto& memory : work->memories()) bytes += memory.view().size();
    return Json(kept, fmt::format(R"("bytes": {}, "alone_s": {})", bytes, alone.cpu_s));
  });
  if (count < 2 || work == nullptr) return code;
  std::ofstream out(words[1], std::ios::binary);
  for (const auto& memory : work->memories()) out << memory.view();
  return code;
}
