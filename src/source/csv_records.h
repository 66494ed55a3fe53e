#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace howdah {

/// Where the last whole record of `text` ends, which begins with a record; 0: in none. A
/// CR at the very end is no end yet: an LF can follow.
size_t CutCsvRecords(std::string_view text, char delimiter);

struct CsvCell {
  std::string_view text;  ///< without its quotes, "" as "
  bool quoted = false;
};

/// Goes through the records of a text that begins with a record (RFC 4180, and CR or LF
/// alone as ends of records). Records without a single character are passed over. The
/// same rules as Arrow's parser, but text behind a closing quote is refused.
class CsvRecords {
 public:
  enum class Step {
    kRecord,
    kEnd,
    kOpenQuote,  ///< the text ends inside quotes
    kAfterQuote  ///< a closing quote is not followed by a delimiter or an end of line
  };

  CsvRecords(std::string_view text, char delimiter)
      : begin_(text.data()),
        next_(begin_),
        end_(begin_ + text.size()),
        delimiter_(delimiter) {}

  /// Go to the next record. After kOpenQuote and kAfterQuote there is none.
  Step Next();

  /// The record's cells, until the next step.
  const std::vector<CsvCell>& cells() const { return cells_; }
  /// Where in the text the next record begins.
  size_t position() const { return static_cast<size_t>(next_ - begin_); }
  /// After kOpenQuote and kAfterQuote: where in the text the quote was opened.
  size_t quote() const { return static_cast<size_t>(quote_ - begin_); }

 private:
  bool ReadQuoted(CsvCell* cell);

  const char* const begin_;
  const char* next_;
  const char* const end_;
  const char delimiter_;
  const char* quote_ = nullptr;
  std::vector<CsvCell> cells_;
  std::deque<std::string> unescaped_;  // texts of cells that had "" in them
};

}  // namespace howdah
