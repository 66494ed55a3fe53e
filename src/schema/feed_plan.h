#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "schema/element_cast.h"
#include "schema/feed.h"
#include "types/tensor.h"

namespace howdah {

/// How one column becomes elements of a tensor.
struct ColumnPlan {
  std::string name;
  std::shared_ptr<arrow::DataType> type;  ///< the column's; a batch must have the same
  std::vector<int64_t>
      lengths;  ///< expected per list level, kUnknownDim: as the batch has
  ElementCast cast = nullptr;
  std::string pad_advice;  ///< what a message on lists of different lengths ends with
};

/// How one input of the signature is made.
struct TensorPlan {
  enum class Form {
    kDefault,   ///< no column: the model's own default
    kAsColumn,  ///< [n], then the column's list levels
    kUnitDim,   ///< a scalar column as [n, 1]
    kPacked,    ///< k scalar columns as [n, k]
    kExamples,  ///< the columns of a row as one serialized tf.Example; [n] or [n, 1]
    kReshaped,  ///< one flat list per row, row-major, as `row_shape`
  };
  std::string input;
  DType dtype = DType::kInvalid;
  Form form = Form::kDefault;
  std::vector<ColumnPlan> columns;
  std::vector<int64_t> row_shape;  ///< kReshaped and kExamples only
  std::shared_ptr<arrow::Array>
      pad;  ///< one element; nullptr: lists must be equally long
};

/// One plan for each input of `signature`, in its order. SchemaMismatch: as
/// Feed::Compile.
Result<std::vector<TensorPlan>> PlanFeed(const arrow::Schema& source,
                                         const Signature& signature,
                                         const TensorColumns& mapping,
                                         bool round_numbers);

}  // namespace howdah
