#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace arrow {
class Array;
class DataType;
}  // namespace arrow

namespace howdah {

/// Element types, numbered as in TensorFlow's types.proto (DT_FLOAT = 1, …). Values that
/// this enum does not name may still occur in a model; they are refused by name when
/// used.
enum class DType : int {
  kInvalid = 0,
  kFloat = 1,
  kDouble = 2,
  kInt32 = 3,
  kUint8 = 4,
  kInt16 = 5,
  kInt8 = 6,
  kString = 7,
  kInt64 = 9,
  kBool = 10,
  kBfloat16 = 14,
  kUint16 = 17,
  kHalf = 19,
  kUint32 = 22,
  kUint64 = 23,
};

/// TensorFlow's Python name: "float32", "int64", "string", "bfloat16", also "complex64"
/// and others that are not carried; "dtype 99" for unknown ones.
std::string Name(DType dtype);

/// True for the types that this project carries (all that are named above but kInvalid).
bool IsSupported(DType dtype);

/// Arrow type of Tensor::values: float32, …, bool, binary for kString, uint16 (raw bits)
/// for kBfloat16. nullptr when not supported.
std::shared_ptr<arrow::DataType> ValueType(DType dtype);

/// A dimension that is only known when the model runs.
inline constexpr int64_t kUnknownDim = -1;

/// One input or output of a signature.
struct TensorSpec {
  std::string name;         ///< key in the SignatureDef: what users write
  std::string tensor_name;  ///< tensor in the graph, e.g. "StatefulPartitionedCall:0"
  DType dtype = DType::kInvalid;
  /// nullopt: unknown rank. Else all dimensions, the batch dimension first.
  std::optional<std::vector<int64_t>> shape;
  bool has_default = false;  ///< the input may be left out
  bool is_dense = true;      ///< false: sparse or composite encoding
  /// A ragged output, which is dense in this sense: the tensors in the graph that hold
  /// its row splits (int32 or int64), outermost first. `tensor_name` is then that of its
  /// flat values, and the ragged dimensions of `shape` are kUnknownDim.
  std::vector<std::string> row_splits;

  /// "float32 [?, 32]", "string [unknown rank]".
  std::string ToString() const;
};

/// "[?, 32]".
std::string ShapeToString(const std::vector<int64_t>& shape);

struct Signature {
  std::string key;                          ///< e.g. "serving_default"
  std::string method_name;                  ///< e.g. "tensorflow/serving/predict"
  std::vector<TensorSpec> inputs, outputs;  ///< sorted by name
};

/// A dense tensor in host memory: `values` holds its elements in row-major order, without
/// nulls. Immutable; shares Arrow's (or, through a buffer that owns it, TensorFlow's)
/// memory.
struct Tensor {
  DType dtype = DType::kInvalid;
  std::vector<int64_t> shape;  ///< product == values->length()
  std::shared_ptr<arrow::Array>
      values;  ///< of type ValueType(dtype); string() also for kString
  /// Of a ragged tensor, outermost first: int64 arrays without nulls, the first value 0,
  /// never falling; one level's last value is the number of rows of the next level, the
  /// innermost's the first dimension of the flat values. `shape` is then that of the flat
  /// values, and the rows are row_splits[0]->length() - 1.
  std::vector<std::shared_ptr<arrow::Array>> row_splits;
};

}  // namespace howdah
