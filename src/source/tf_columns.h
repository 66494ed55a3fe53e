#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "source/tf_example.h"
#include "source/tf_names.h"

namespace arrow {
class ArrayBuilder;
class MemoryPool;
class RecordBatch;
class Schema;
}  // namespace arrow

namespace howdah {

/// Gathers the features of records in columns. Thread-confined.
class TfColumns {
 public:
  /// \param schema  columns of types that TfShapes or CommonTfType gives.
  static Result<std::unique_ptr<TfColumns>> Make(std::shared_ptr<arrow::Schema> schema,
                                                 arrow::MemoryPool* pool);
  ~TfColumns();

  /// Add a row for one serialized tf.Example. A record that does not fit the schema is an
  /// error in words that follow the record's place. Throws what VisitFeatures throws.
  Status Add(std::string_view record);

  int64_t rows() const { return rows_; }
  /// All rows; begins anew.
  Result<std::shared_ptr<arrow::RecordBatch>> Finish();

 private:
  struct Column;
  TfColumns(std::shared_ptr<arrow::Schema> schema, std::vector<Column> columns);
  Status Append(Column& column);

  const std::shared_ptr<arrow::Schema> schema_;
  std::vector<Column> columns_;
  bool only_records_ = false;  // no column is of a feature
  TfNames names_;
  std::vector<Column*> by_number_;  // nullptr: not wanted
  TfJoined joined_;
  int64_t records_ = 0;  // ever
  int64_t rows_ = 0;     // since Finish
};

}  // namespace howdah
