#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"

namespace arrow {
class Array;
class DataType;
class Field;
}  // namespace arrow

namespace howdah {

/// Who reads the cells of a file.
enum class TextDialect {
  kCsv,   ///< RFC 4180
  kHive,  ///< Hive's LazySimpleSerDe, escape.delim = '\'
  kJson
};

/// How the cells of a column are written.
struct TextStyle {
  TextDialect dialect = TextDialect::kCsv;
  std::string null;
  std::optional<int> decimals;  ///< of floats; nullopt: the shortest text
  bool nan_as_string = false;   ///< kJson: else NaN and infinities are refused
};

/// Of hive-text: the byte between the parts of what lies `depth` deep, fields at 0.
/// Source: LazySerDeParameters, which has eight.
inline constexpr int kMostHiveDepth = 8;
inline char HiveSeparator(int depth) { return static_cast<char>(depth + 1); }

/// Writes one column as text, cell by cell. A cell may overwrite kTextSlack bytes behind
/// its end. Thread-confined.
class TextColumn {
 public:
  virtual ~TextColumn() = default;
  /// What the next calls write: `array`, of the column's type, must live as long.
  virtual Status Bind(const arrow::Array& array) = 0;
  /// How many bytes the cells [first, first + rows) have at most.
  ///   InvalidInput: a value that the dialect cannot hold truly; `*bad` is then its
  ///   index, the message a clause: "holds NaN, which ...".
  virtual Result<int64_t> Bound(int64_t first, int64_t rows, int64_t* bad) = 0;
  /// Write cell `i`, for which Bound made sure of the room; returns its end.
  virtual char* Write(int64_t i, char* out) const = 0;
};

inline constexpr int64_t kTextSlack = 64;

/// Write `text` to `out`; returns its end.
inline char* Put(std::string_view text, char* out) {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

/// The writer of `field`. `depth`: how deep in lists and records it lies.
/// SchemaMismatch: a type that the dialect cannot hold; a clause that says so.
Result<std::unique_ptr<TextColumn>> MakeTextColumn(const arrow::Field& field,
                                                   const TextStyle& style, int depth = 0);

/// The parts of it: of what is neither text nor nested; nullptr: another type.
std::unique_ptr<TextColumn> MakeScalarColumn(const arrow::DataType& type,
                                             const TextStyle& style);
/// Of strings and binary, which is written as base64; nullptr: another type.
std::unique_ptr<TextColumn> MakeStringColumn(const arrow::DataType& type,
                                             const TextStyle& style);
/// Of lists, structs and maps; nullptr: another type.
Result<std::unique_ptr<TextColumn>> MakeNestedColumn(const arrow::Field& field,
                                                     const TextStyle& style, int depth);

/// `"name":`, escaped as JSON wants it.
std::string JsonKey(const std::string& name);

}  // namespace howdah
