#pragma once

#include <memory>

#include "base/status.h"
#include "schema/feed_plan.h"
#include "schema/row_fault.h"

namespace arrow {
class Array;
class RecordBatch;
}  // namespace arrow

namespace howdah {

/// Each row of `batch` as a serialized tf.Example, in which each column of `plan` (of
/// Form::kExamples) is the feature of its name: integers and bool an Int64List, floats a
/// FloatList, text and binary a BytesList; of a scalar with one value, of a list with its
/// elements. A null leaves the feature out.
///   InvalidInput: a null inside a list, a value that int64 or float does not hold (fault
///   says row and column); more than 2 GiB of examples in the batch.
/// Source: TensorFlow, core/example/example.proto and feature.proto; Protocol Buffers,
/// "Encoding".
Result<std::shared_ptr<arrow::Array>> MakeExamples(const TensorPlan& plan,
                                                   const arrow::RecordBatch& batch,
                                                   RowFault* fault);

/// The kind of list that holds elements of `type`: kInt64, kFloat or kString; where none
/// does, one that has no cast from it.
DType FeatureDType(const arrow::DataType& type);

}  // namespace howdah
