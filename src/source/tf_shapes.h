#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "source/tf_example.h"
#include "source/tf_names.h"

namespace arrow {
class DataType;
class Schema;
}  // namespace arrow

namespace howdah {

/// The column that holds whole records.
inline constexpr char kExampleColumn[] = "example";

/// Finds out what columns the features of records make, in memory that grows with the
/// number of features only.
class TfShapes {
 public:
  /// \param columns  the features that count; empty: all.
  explicit TfShapes(const std::vector<std::string>& columns) : columns_(columns) {}

  /// Add the features of one serialized tf.Example. InvalidInput, in words that follow
  /// the record's place: a SequenceExample; a feature with another kind of values than
  /// before, or of the name kExampleColumn; those of TfNames. Throws what VisitFeatures
  /// throws.
  Status Add(std::string_view example);

  /// kExampleColumn, then the features by name. A feature with one value in each record
  /// that has it is a scalar, one with the same number k in each a fixed_size_list, any
  /// other a list. int64, float, binary. Not nullable if all records have it.
  std::shared_ptr<arrow::Schema> schema() const;

 private:
  struct Shape {
    bool wanted = false;
    TfKind kind = TfKind::kNone;
    int64_t least = 0, most = 0;  // values in a record
    int64_t records = 0;          // that have it
    std::string_view found;       // in the last record that has it
    int64_t found_in = 0;         // that record, counted from 1
  };

  Status Find(std::string_view name, std::string_view feature);
  Status Meet(size_t number);

  const std::vector<std::string> columns_;
  TfNames names_;
  std::vector<Shape> shapes_;      // by number
  std::vector<size_t> in_record_;  // numbers of the wanted features
  TfJoined joined_;
  int64_t records_ = 0;
};

/// The type in which values of both types are read: a list where one file has a scalar
/// and another a list, or they have lists of different lengths. nullptr: there is none.
/// Either may be nullptr: that file does not have the feature.
std::shared_ptr<arrow::DataType> CommonTfType(const std::shared_ptr<arrow::DataType>& a,
                                              const std::shared_ptr<arrow::DataType>& b);

}  // namespace howdah
