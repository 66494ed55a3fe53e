#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace arrow {
class DataType;
}

namespace howdah {

/// What the values of one JSON column, field or list have been so far. A number's kind is
/// kept as what would keep it from a type: int64, uint64 and double are tried in this
/// order.
class JsonShape {
 public:
  struct Field {
    std::string name;
    std::unique_ptr<JsonShape> shape;
    int64_t last_object = 0;  ///< number of the object in which it was seen last
  };

  // What a value is that was met. InvalidInput, in words that follow a column's name
  // ("holds a string and a number"): it does not go with the values before.
  Status MeetBool() { return Meet(Kind::kBool); }
  Status MeetString() { return Meet(Kind::kString); }
  Status MeetList();
  Status MeetObject() { return Meet(Kind::kObject); }
  /// A whole number of 64 bits: its magnitude and sign.
  Status MeetWhole(uint64_t magnitude, bool negative);
  /// Any other number: a fraction, an exponent, -0.
  Status MeetFraction();

  JsonShape* items() const { return items_.get(); }  ///< after MeetList
  /// The field of an object, made if it is new; stays where it is.
  Field& field(std::string_view name);
  size_t num_fields() const { return fields_.size(); }

  /// null, bool, int64, uint64, double, string, list or struct.
  std::shared_ptr<arrow::DataType> type() const;

  /// A whole number that a double would bend, where `read_as` has a double; "" if there
  /// is none.
  std::string BentBy(const arrow::DataType& read_as) const;

 private:
  enum class Kind { kNull, kBool, kNumber, kString, kList, kObject };
  static std::string_view Name(Kind kind);

  Status Meet(Kind kind);
  Status CheckNumbers() const;

  Kind kind_ = Kind::kNull;
  bool negative_ = false;  // among the whole numbers
  std::string large_;      // a whole number beyond int64
  std::string inexact_;    // a whole number that no double holds
  bool fraction_ = false;
  std::unique_ptr<JsonShape> items_;
  std::vector<std::unique_ptr<Field>> fields_;  // in the order of their first sight
  std::map<std::string, Field*, std::less<>> by_name_;
};

/// The type in which values of both types are read; nullptr: there is none. null goes
/// with everything, whole numbers with wider ones, structs and lists part by part.
std::shared_ptr<arrow::DataType> CommonJsonType(
    const std::shared_ptr<arrow::DataType>& a, const std::shared_ptr<arrow::DataType>& b);

}  // namespace howdah
