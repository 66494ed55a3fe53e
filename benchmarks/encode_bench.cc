// What one of Howdah's encoders costs: the rows of an Arrow file, encoded to memory that
// is there, again and again by one thread.
//
// Usage: encode_bench FILE.arrow FORMAT COMPRESSION TURNS [OUT]
//        prints {"cpu_s": [...], "wall_s": [...], "faults": [...], "bytes": N,
//        "encode_s": [...]} of all turns but the first. encode_s is the CPU time where
//        the bytes are not kept: without the copy that any file costs. OUT is given the
//        bytes.

#include <arrow/buffer.h>
#include <arrow/io/file.h>
#include <arrow/ipc/reader.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>

#include "encode/encoder.h"

namespace howdah {
namespace {

constexpr int64_t kBatchRows = 8192;  // what a TaskWriter gives an encoder

class Memory final : public ByteSink {
 public:
  explicit Memory(size_t bytes) : bytes_(bytes, '\1') {}
  Status Append(std::span<const std::byte> more) override {
    if (!keep_) return Status::OK();
    if (more.size() > bytes_.size() - used_) return Status::OutOfMemory("too small");
    std::memcpy(bytes_.data() + used_, more.data(), more.size());
    used_ += more.size();
    return Status::OK();
  }
  void Clear() { used_ = 0; }
  void Keep(bool keep) { keep_ = keep; }
  std::string_view view() const { return {bytes_.data(), used_}; }

 private:
  std::string bytes_;
  size_t used_ = 0;
  bool keep_ = true;
};

struct Cost {
  double cpu_s, wall_s;
  int64_t faults;
};

Cost Spent() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return {seconds(usage.ru_utime) + seconds(usage.ru_stime),
          std::chrono::duration<double>(now).count(), usage.ru_minflt};
}

template <typename Field>
std::string List(const std::vector<Cost>& costs, Field field) {
  std::string list;
  for (const Cost& cost : costs)
    list += fmt::format("{}{}", list.empty() ? "" : ", ", cost.*field);
  return "[" + list + "]";
}

Status Run(const std::string& path, const std::string& format_name,
           const std::string& compression, int turns, const char* out) {
  HOWDAH_ASSIGN_OR_RETURN(const auto file, arrow::io::ReadableFile::Open(path));
  HOWDAH_ASSIGN_OR_RETURN(const auto reader,
                          arrow::ipc::RecordBatchFileReader::Open(file));
  arrow::RecordBatchVector batches;
  int64_t bytes = 0;
  for (int i = 0; i < reader->num_record_batches(); ++i) {
    HOWDAH_ASSIGN_OR_RETURN(const auto batch, reader->ReadRecordBatch(i));
    for (int64_t row = 0; row < batch->num_rows(); row += kBatchRows) {
      batches.push_back(batch->Slice(row, kBatchRows));
    }
    for (const auto& column : batch->columns()) {
      for (const auto& data : {column->data()}) {
        for (const auto& buffer : data->buffers) bytes += buffer ? buffer->size() : 0;
        for (const auto& child : data->child_data) {
          for (const auto& buffer : child->buffers) bytes += buffer ? buffer->size() : 0;
        }
      }
    }
  }
  const Format* const format = FindFormat(format_name);
  if (format == nullptr) return Status::Invalid("no format ", format_name);
  EncoderOptions options{.compression = compression};
  for (const Profile profile : {Profile::kLake, Profile::kCompact}) {
    const auto& names = format->compressions(profile);
    if (std::find(names.begin(), names.end(), compression) == names.end()) continue;
    options.profile = profile;
    break;
  }
  Memory memory(static_cast<size_t>(2 * bytes + (int64_t{16} << 20)));
  const auto encode = [&]() -> Result<Cost> {
    const Cost before = Spent();
    HOWDAH_ASSIGN_OR_RETURN(const auto encoder,
                            format->MakeEncoder(reader->schema(), &memory, options));
    for (const auto& batch : batches) HOWDAH_RETURN_IF_ERROR(encoder->Write(*batch));
    HOWDAH_RETURN_IF_ERROR(encoder->Close().status());
    const Cost after = Spent();
    return Cost{after.cpu_s - before.cpu_s, after.wall_s - before.wall_s,
                after.faults - before.faults};
  };
  std::vector<Cost> costs, discarded;
  for (int turn = 0; turn <= turns; ++turn) {
    memory.Keep(false);
    HOWDAH_ASSIGN_OR_RETURN(const Cost alone, encode());
    memory.Keep(true);
    memory.Clear();
    HOWDAH_ASSIGN_OR_RETURN(const Cost kept, encode());
    if (turn == 0) continue;
    discarded.push_back(alone);
    costs.push_back(kept);
  }
  std::cout << fmt::format(R"({{"cpu_s": {}, "wall_s": {}, "faults": {}, "bytes": {}, )"
                           R"("encode_s": {}}})",
                           List(costs, &Cost::cpu_s), List(costs, &Cost::wall_s),
                           List(costs, &Cost::faults), memory.view().size(),
                           List(discarded, &Cost::cpu_s))
            << "\n";
  if (out != nullptr) std::ofstream(out, std::ios::binary) << memory.view();
  return Status::OK();
}

}  // namespace
}  // namespace howdah

int main(int count, char** words) {
  if (count < 5) {
    std::cerr << "encode_bench FILE.arrow FORMAT COMPRESSION TURNS [OUT]\n";
    return 2;
  }
  const howdah::Status status = howdah::Run(
      words[1], words[2], words[3], std::atoi(words[4]), count > 5 ? words[5] : nullptr);
  if (!status.ok()) std::cerr << status.ToString() << "\n";
  return status.ok() ? 0 : 1;
}
