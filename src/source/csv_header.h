#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/byte_io.h"
#include "source/csv_records.h"
#include "source/text_options.h"

namespace howdah {

/// The first record of a CSV file.
struct CsvHeader {
  std::vector<std::string> names;  ///< of all columns: none is blank, no two are equal
  char delimiter = ',';
  int64_t end_byte = 0;  ///< where the data begin
};

/// Corruption names the file: it is empty, a name is blank, no UTF-8, or there twice.
Result<CsvHeader> ReadCsvHeader(ByteSource& file, const TextSourceOptions& options);

/// What is wrong in `text` of `file` where `records` stopped; `place` names the record,
/// `first_byte` is where `text` begins in the file.
Status CsvQuoteError(const std::string& file, const std::string& place,
                     CsvRecords::Step step, const CsvRecords& records,
                     int64_t first_byte);

}  // namespace howdah
