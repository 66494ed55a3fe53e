#pragma once

// What the programs for text files share: writing them, and reading them back.

#include <arrow/array.h>
#include <arrow/compare.h>
#include <arrow/pretty_print.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <memory>
#include <optional>
#include <string>

#include "encode/encoder.h"
#include "fuzz_input.h"
#include "source_fuzz.h"

namespace howdah {

class FuzzSink final : public ByteSink {
 public:
  Status Append(std::span<const std::byte> more) override {
    bytes.append(reinterpret_cast<const char*>(more.data()), more.size());
    return Status::OK();
  }
  std::string bytes;
};

inline std::shared_ptr<FuzzBytes> FileOf(const std::string& bytes) {
  return std::make_shared<FuzzBytes>(reinterpret_cast<const uint8_t*>(bytes.data()),
                                     bytes.size());
}

/// "csv" in both dialects, or "json", as `input` says.
inline const Format& TakeFormat(FuzzInput& input, EncoderOptions* options) {
  const size_t format = input.UpTo(2), choices = input.Byte();
  options->compression = (choices & 1) != 0 ? "gzip" : "none";
  if (format == 2) {
    options->text.nan_as_string = (choices & 2) == 0;
    return *FindFormat("json");
  }
  options->text.dialect = format == 0 ? "rfc4180" : "hive-text";
  options->text.header = (choices & 2) == 0;
  if ((choices & 4) != 0) options->text.null = format == 0 ? "NULL" : "";
  if ((choices & 8) != 0) options->text.decimals = choices >> 4;
  return *FindFormat("csv");
}

/// The file of `batch`; nullopt if the format refuses a value or a type of it.
inline std::optional<std::string> Encoded(const Format& format,
                                          const EncoderOptions& options,
                                          const arrow::RecordBatch& batch) {
  FuzzSink sink;
  auto encoder = format.MakeEncoder(batch.schema(), &sink, options);
  if (!encoder.ok() || !(*encoder)->Write(batch).ok()) return std::nullopt;
  const auto closed = (*encoder)->Close();
  if (!closed.ok()) Broken(closed.status().message());
  if (closed->rows != batch.num_rows()) Broken("a wrong number of rows");
  const auto file = FileOf(sink.bytes);
  const auto read_back = format.ReadBack(*file, options);
  if (!read_back.ok()) Broken(sink.bytes + read_back.status().message());
  if (read_back->rows != batch.num_rows()) Broken(sink.bytes + "rows are read back");
  return sink.bytes;
}

/// The rows of `bytes`, which were written with `schema`; nullptr: there are none.
inline Result<std::shared_ptr<arrow::RecordBatch>> Decoded(
    const Format& format, const EncoderOptions& options, const std::string& bytes,
    const std::shared_ptr<arrow::Schema>& schema) {
  HOWDAH_ASSIGN_OR_RETURN(const auto reader,
                          format.ReadRows(FileOf(bytes), schema, options));
  HOWDAH_ASSIGN_OR_RETURN(auto batch, reader->Next());
  if (batch == nullptr) return batch;
  const Status valid = batch->ValidateFull();
  if (!valid.ok()) Broken(bytes + valid.message());
  HOWDAH_ASSIGN_OR_RETURN(const auto more, reader->Next());
  if (more != nullptr) Broken("more rows than a file of this size has");
  return batch;
}

/// Whether the file of `batch` reads back as it should.
inline void CheckReadsBack(const Format& format, const EncoderOptions& options,
                           const std::shared_ptr<arrow::RecordBatch>& batch,
                           const std::string& bytes) {
  const auto read = Decoded(format, options, bytes, batch->schema());
  if (!read.ok()) Broken(bytes + read.status().message());
  const auto stored = format.AsStored(batch, options);
  if (!stored.ok()) Broken(stored.status().message());
  if (*read == nullptr && batch->num_rows() == 0) return;
  const auto exact =
      arrow::EqualOptions::Defaults().nans_equal(true).signed_zeros_equal(false);
  if (*read == nullptr || !(*read)->Equals(**stored, /*check_metadata=*/false, exact)) {
    Broken(bytes + "\nread: " + (*read == nullptr ? "nothing" : (*read)->ToString()) +
           "\nwritten: " + (*stored)->ToString());
  }
}

}  // namespace howdah
