#include "source/csv_scan.h"

#include <arrow/util/utf8.h>

namespace howdah {

Status CsvScan::Meet(const std::vector<CsvCell>& cells) {
  if (cells.size() != header_.names.size()) {
    return Error(ErrorKind::kCorruption, "{}: record {} has {} cell{}, the header has {}",
                 file_, record_, cells.size(), cells.size() == 1 ? "" : "s",
                 header_.names.size());
  }
  for (size_t i = 0; i < columns_.size(); ++i) {
    const CsvCell& cell = cells[columns_[i]];
    if (!arrow::util::ValidateUTF8(cell.text)) {
      return Error(ErrorKind::kCorruption,
                   "{}: record {}: column '{}' is not UTF-8: write the file in UTF-8",
                   file_, record_, header_.names[columns_[i]]);
    }
    types_[i].Meet(cell);
  }
  return Status::OK();
}

Result<int64_t> CsvScan::Scan(std::string_view text, int64_t first_byte) {
  using Step = CsvRecords::Step;
  CsvRecords records(text, header_.delimiter);
  int64_t rows = 0;
  for (;; ++rows) {
    const Step step = records.Next();
    if (step == Step::kEnd) return rows;
    ++record_;
    if (step != Step::kRecord) {
      return CsvQuoteError(file_, fmt::format("record {}", record_), step, records,
                           first_byte);
    }
    HOWDAH_RETURN_IF_ERROR(Meet(records.cells()));
  }
}

}  // namespace howdah
