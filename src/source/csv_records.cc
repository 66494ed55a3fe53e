#include "source/csv_records.h"

#include <algorithm>
#include <cstring>

namespace howdah {
namespace {

bool IsEnd(char c) { return c == '\n' || c == '\r'; }

/// Behind the end of line at `p`.
const char* AfterEnd(const char* p, const char* end) {
  if (*p == '\r' && p + 1 < end && p[1] == '\n') ++p;
  return p + 1;
}

}  // namespace

size_t CutCsvRecords(std::string_view text, char delimiter) {
  const char* const end = text.data() + text.size();
  const char* cut = text.data();
  bool cell_starts = true;
  for (const char* p = text.data(); p < end;) {
    if (cell_starts && *p == '"') {
      // To the closing quote; of "" each is one, and the next opens again.
      do {
        p = static_cast<const char*>(
            std::memchr(p + 1, '"', static_cast<size_t>(end - p - 1)));
        if (p == nullptr) return static_cast<size_t>(cut - text.data());
        ++p;
      } while (p < end && *p == '"');
      cell_starts = false;
      continue;
    }
    cell_starts = *p == delimiter;
    if (!IsEnd(*p)) {
      ++p;
      continue;
    }
    if (*p == '\r' && p + 1 == end) break;
    p = AfterEnd(p, end);
    cut = p;
    cell_starts = true;
  }
  return static_cast<size_t>(cut - text.data());
}

/// Read the cell whose opening quote is at next_.
/// \return false: the text ends inside it.
bool CsvRecords::ReadQuoted(CsvCell* cell) {
  quote_ = next_;
  cell->quoted = true;
  const char* const start = ++next_;
  bool escaped = false;
  for (;; next_ += 2, escaped = true) {
    next_ = static_cast<const char*>(
        std::memchr(next_, '"', static_cast<size_t>(end_ - next_)));
    if (next_ == nullptr) return false;
    if (next_ + 1 == end_ || next_[1] != '"') break;
  }
  cell->text = std::string_view(start, static_cast<size_t>(next_ - start));
  ++next_;
  if (!escaped) return true;
  std::string text;
  for (size_t i = 0; i < cell->text.size(); ++i) {
    text += cell->text[i];
    if (cell->text[i] == '"') ++i;
  }
  unescaped_.push_back(std::move(text));
  cell->text = unescaped_.back();
  return true;
}

CsvRecords::Step CsvRecords::Next() {
  cells_.clear();
  unescaped_.clear();
  while (next_ < end_ && IsEnd(*next_)) next_ = AfterEnd(next_, end_);
  if (next_ == end_) return Step::kEnd;
  for (;;) {
    CsvCell cell;
    if (next_ < end_ && *next_ == '"') {
      if (!ReadQuoted(&cell)) {
        next_ = end_;
        return Step::kOpenQuote;
      }
      if (next_ < end_ && *next_ != delimiter_ && !IsEnd(*next_)) {
        next_ = end_;
        return Step::kAfterQuote;
      }
    } else {
      const char* const start = next_;
      while (next_ < end_ && *next_ != delimiter_ && !IsEnd(*next_)) ++next_;
      cell.text = std::string_view(start, static_cast<size_t>(next_ - start));
    }
    cells_.push_back(cell);
    if (next_ == end_) return Step::kRecord;
    if (*next_ != delimiter_) {
      next_ = AfterEnd(next_, end_);
      return Step::kRecord;
    }
    ++next_;
  }
}

}  // namespace howdah
