#pragma once

#include <memory>
#include <string>

#include "source/csv_records.h"

namespace arrow {
class DataType;
}

namespace howdah {

/// What the cells of one CSV column have been so far.
///
/// An unquoted cell without a character is null; nothing else is. A column is
///   int64   if all its cells are whole numbers that fit, written as a program writes
///           them: -5, 0, 17, and not 00123, +5, -0;
///   double  if all are numbers (as above; 1.50, .5, 1e-7, NaN, inf, -Infinity) and no
///           whole number among them lies beyond ±2^53, where a double would bend it;
///   bool    if all are true or false;
///   date32  if all are days like 2026-11-22;
///   null    if there are no cells but null ones;
/// and else text.
class CsvColumnType {
 public:
  void Meet(const CsvCell& cell) {
    if (cell.text.empty() && !cell.quoted) return;
    if ((seen_ & kText) == 0) seen_ |= Classify(cell.text);
    if ((seen_ & kBeyondDouble) != 0 && bent_.empty()) bent_ = cell.text;
  }

  std::shared_ptr<arrow::DataType> type() const;

  /// A whole number beyond ±2^53 that is in the column; "" if there is none.
  const std::string& beyond_double() const { return bent_; }

 private:
  enum Class : unsigned {
    kSmallWhole = 1,  // within ±2^53
    kLargeWhole = 2,  // within int64
    kHugeWhole = 4,
    kFraction = 8,  // and all that is no whole number: 1e5, NaN
    kBool = 16,
    kDate = 32,
    kText = 64,
    kBeyondDouble = kLargeWhole | kHugeWhole
  };
  static unsigned Classify(std::string_view text);

  unsigned seen_ = 0;  // classes
  std::string bent_;
};

/// The type in which cells of both types are read: null goes with everything, int64 with
/// double; others differ in nothing but that they are text. nullptr: a file does not have
/// the column.
std::shared_ptr<arrow::DataType> CommonCsvType(const std::shared_ptr<arrow::DataType>& a,
                                               const std::shared_ptr<arrow::DataType>& b);

}  // namespace howdah
