#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "source/csv_header.h"
#include "source/csv_types.h"

namespace howdah {

/// Goes through the records of one CSV file for what its columns hold. Thread-confined.
class CsvScan {
 public:
  /// `columns`: indices of those whose types count. The others must outlive the scan.
  CsvScan(const std::string& file, const CsvHeader& header, std::vector<size_t> columns)
      : file_(file),
        header_(header),
        columns_(std::move(columns)),
        types_(columns_.size()) {}

  /// Go through `text`, which begins and ends between records, at `first_byte` of the
  /// file.
  /// \return how many records it holds.
  /// Corruption names the file and the record: too few or too many cells, a quote that is
  /// not closed, text behind a closing quote, text that is not UTF-8 in a column that
  /// counts.
  Result<int64_t> Scan(std::string_view text, int64_t first_byte);

  /// What the columns that count hold, in their order.
  const std::vector<CsvColumnType>& types() const { return types_; }

 private:
  Status Meet(const std::vector<CsvCell>& cells);

  const std::string& file_;
  const CsvHeader& header_;
  const std::vector<size_t> columns_;
  std::vector<CsvColumnType> types_;
  int64_t record_ = 0;  // records so far
};

}  // namespace howdah
