#include "encode/text_records.h"

#include <arrow/io/interfaces.h>

#include <algorithm>
#include <cstring>

#include "encode/text_gzip.h"

namespace howdah {
namespace {

constexpr int64_t kLeastReadBytes = 4096, kReadBytes = int64_t{1} << 20;
constexpr size_t kMostRecordBytes = size_t{256} << 20;

/// A status with a detail is the storage's, others are the file's fault.
Status ReadError(const std::string& name, const Status& status) {
  if (status.ok() || status.detail() != nullptr) return status;
  return Translate(status, ErrorKind::kCorruption, name);
}

}  // namespace

// A small file needs no large buffer.
TextRecords::TextRecords(const ByteSource& file,
                         std::shared_ptr<arrow::io::InputStream> input, RecordEnd end)
    : name_(&file.name()),
      input_(std::move(input)),
      end_of_record_(end),
      read_bytes_(
          static_cast<size_t>(std::clamp(file.size(), kLeastReadBytes, kReadBytes))) {}

Result<TextRecords> TextRecords::Open(ByteSource& file, const std::string& compression,
                                      RecordEnd end) {
  auto input = OpenTextInput(file, compression);
  if (!input.ok()) return ReadError(file.name(), input.status());
  return TextRecords(file, *std::move(input), end);
}

Result<bool> TextRecords::Fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ >= kMostRecordBytes) {
    return Error(ErrorKind::kCorruption, "{}: record {} is longer than {} bytes", *name_,
                 count_, kMostRecordBytes);
  }
  if (buffer_.size() - end_ < read_bytes_) {
    buffer_.resize(2 * std::max(buffer_.size(), read_bytes_));
  }
  const auto read =
      input_->Read(static_cast<int64_t>(read_bytes_), buffer_.data() + end_);
  HOWDAH_RETURN_IF_ERROR(ReadError(*name_, read.status()));
  end_ += static_cast<size_t>(*read);
  return *read > 0;
}

Result<bool> TextRecords::Next(std::string_view* record) {
  size_t looked = 0;  // of the record
  bool in_quotes = false;
  for (;;) {
    const std::string_view rest(buffer_.data() + begin_, end_ - begin_);
    const size_t newline = rest.find('\n', looked);
    if (end_of_record_ == RecordEnd::kLineOrQuote) {
      const std::string_view piece = rest.substr(looked, newline - looked);
      if (piece.find('"') != piece.npos) {
        in_quotes ^= std::count(piece.begin(), piece.end(), '"') % 2 != 0;
      }
    }
    if (newline != rest.npos) {
      looked = newline + 1;
      if (in_quotes) continue;
      *record = rest.substr(0, newline);
      begin_ += newline + 1;
      ++count_;
      return true;
    }
    looked = rest.size();
    HOWDAH_ASSIGN_OR_RETURN(const bool more, Fill());
    if (more) continue;
    if (begin_ == end_) return false;
    return Error(ErrorKind::kCorruption, "{}: record {} has no end{}: the file is cut",
                 *name_, count_, in_quotes ? " and an open quote" : "");
  }
}

}  // namespace howdah
