#include "source/csv_header.h"

#include <arrow/util/utf8.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "source/block_reader.h"

namespace howdah {
namespace {

/// Letters of both cases are taken for the same; `end` is in lower case.
bool EndsWith(std::string_view name, std::string_view end) {
  if (name.size() < end.size()) return false;
  return std::equal(end.begin(), end.end(), name.end() - std::ssize(end),
                    [](char lower, char c) {
                      return lower == std::tolower(static_cast<unsigned char>(c));
                    });
}

/// A tab in files "*.tsv" and "*.tsv.gz", else a comma.
char DelimiterOf(std::string_view name) {
  return EndsWith(name, ".tsv") || EndsWith(name, ".tsv.gz") ? '\t' : ',';
}

Status CheckNames(const std::string& file, const std::vector<std::string>& names) {
  std::set<std::string_view> seen;
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string& name = names[i];
    if (name.find_first_not_of(" \t") == std::string::npos) {
      return Error(ErrorKind::kCorruption, "{}: the header's column {} has no name", file,
                   i + 1);
    }
    if (!arrow::util::ValidateUTF8(name)) {
      return Error(ErrorKind::kCorruption,
                   "{}: the name of column {} is not UTF-8: write the file in UTF-8",
                   file, i + 1);
    }
    if (!seen.insert(name).second) {
      return Error(ErrorKind::kCorruption,
                   "{}: two columns are named '{}': rename one of them", file, name);
    }
  }
  return Status::OK();
}

}  // namespace

Status CsvQuoteError(const std::string& file, const std::string& place,
                     CsvRecords::Step step, const CsvRecords& records,
                     int64_t first_byte) {
  const int64_t quote = first_byte + static_cast<int64_t>(records.quote());
  if (step == CsvRecords::Step::kOpenQuote) {
    return Error(ErrorKind::kCorruption,
                 "{}: {}: the quote opened at byte {} is never closed", file, place,
                 quote);
  }
  return Error(
      ErrorKind::kCorruption,
      "{}: {}: the cell that begins at byte {} goes on behind its closing quote; "
      "a quote inside quotes is written twice",
      file, place, quote);
}

Result<CsvHeader> ReadCsvHeader(ByteSource& file, const TextSourceOptions& options) {
  arrow::util::InitializeUTF8();
  CsvHeader header{.delimiter = DelimiterOf(file.name())};
  HOWDAH_ASSIGN_OR_RETURN(const int64_t start, ByteOrderMark(file));
  TextSourceOptions small = options;
  small.block_bytes = std::min(options.block_bytes, int64_t{64} << 10);
  BlockReader blocks(
      file, start, file.size(),
      [&](std::string_view text) { return CutCsvRecords(text, header.delimiter); },
      small);
  for (;;) {
    HOWDAH_ASSIGN_OR_RETURN(const TextBlock block, blocks.Next());
    if (block.framed == nullptr) {
      return Error(
          ErrorKind::kCorruption,
          "{}: not a CSV file: it is empty, expected was a line with the names of "
          "the columns",
          file.name());
    }
    CsvRecords records(block.text, header.delimiter);
    const CsvRecords::Step step = records.Next();
    if (step == CsvRecords::Step::kEnd) continue;  // blank lines only
    if (step != CsvRecords::Step::kRecord) {
      return CsvQuoteError(file.name(), "header", step, records, block.first_byte);
    }
    for (const CsvCell& cell : records.cells()) header.names.emplace_back(cell.text);
    HOWDAH_RETURN_IF_ERROR(CheckNames(file.name(), header.names));
    header.end_byte = block.first_byte + static_cast<int64_t>(records.position());
    return header;
  }
}

}  // namespace howdah
