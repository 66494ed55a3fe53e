#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "schema/declared_schema.h"
#include "schema/row_fault.h"
#include "schema/value_checks.h"
#include "types/tensor.h"

namespace arrow {
class RecordBatch;
class Schema;
}  // namespace arrow

namespace howdah {

/// In a field's metadata: the id that a Parquet file gives it, from 0 to 2^31-1. Source:
/// Arrow C++, parquet/arrow/schema.cc.
inline constexpr char kFieldIdKey[] = "PARQUET:field_id";

/// One column made from a tensor output, as in the job file's [output.columns].
struct OutputColumn {
  enum class As {
    kTensor,  ///< the values as they are
    kBinary,  ///< a string output is bytes, not UTF-8 text
    kArgmax,  ///< of [n, k]: the index of each row's largest value, as int64
    kTopK,    ///< of [n, k]: `name`_values and `name`_indices, lists of `top_k` elements
    kExpand,  ///< of [n, k]: scalar columns `name`_1 to `name`_k
  };

  std::string name;  ///< as the user wrote it; the name rule is applied to it
  std::string from;  ///< signature output
  As as = As::kTensor;
  int64_t top_k = 0;  ///< kTopK only
};

/// Values that are not finite.
struct NonFinite {
  int64_t nan = 0, inf = 0;
};

/// What a batch became.
struct Landed {
  std::shared_ptr<arrow::RecordBatch> rows;  ///< those that land, in order
  std::vector<RowFault> faults;       ///< of the others, ascending by row, each row once
  std::vector<NonFinite> non_finite;  ///< in `rows`, per field, before nulls replace them
};

/// Turns kept columns and output tensors into a batch of the output schema. Compiled
/// once; thread-safe.
///
/// Order: kept columns as given, then output columns. Types, the same for every format,
/// also inside kept lists, structs and maps:
///   uint32 -> int64; uint64 -> int64 (values above 2^63-1 refused); float16, bfloat16 ->
///   float32; timestamp[ns] and [s] -> timestamp[us], time64[ns] -> time64[us], time32[s]
///   -> time32[ms], date64 -> date32 (refused when digits would be lost); string_view ->
///   string, binary_view -> binary; a dictionary -> its values; an extension type -> its
///   storage; others as they are. All text is checked to be UTF-8. tensor [n] or [n, 1]
///   -> scalar; [n, k] -> list<element not null>; [n, h, w, …] -> one list, row-major,
///   with the shape in the field's metadata
///   ("tensor.shape" = "2,3", -1 for the one dimension that the signature may not know);
///   nested lists if it does not know two or more; unknown rank -> one list, of [n, k].
///   Which it is stands in the signature, not in the batch:
///   [?, ?] is a list, also when a batch has one element for each row.
/// Signatures whose shapes are of one row (see feed.h): [] -> scalar, [k] -> list, and so
/// on. A ragged output -> list<…> with as many levels as it has row splits; the inner
/// dimensions of its flat values are row-major in the innermost list.
/// Options (OutputColumn::As) but kBinary need [n, k]. A NaN counts as the largest value,
/// of equal values the first one comes first. kTopK: values as the tensor lands, indices
/// int64. kExpand: k, at most 1000, must stand in the signature. Columns from tensors are
/// not nullable; kept columns keep their nullability. Field metadata: "howdah.source"
/// (the name before the name rule), "tensor.shape" (a kept column keeps its own, or has
/// that of its fixed_shape_tensor type) and kFieldIdKey, that of a kept column or the
/// declared one; none on fields inside.
///
/// With a declared schema its fields are the output, in its order. Each is made from
/// what is found first: the output that its "tensor.source" names (as [output.columns]
/// says, if that has a column of the field's name, from this output); the column of its
/// name from `columns`; the kept column; the output. Values are cast without changing
/// them, by the table in declared_cast.h. An output of rank r lands in r - 1 levels of
/// arrays if so declared, in one level row-major, and in none if its rows have one
/// element. Field metadata has also "doc", if given.
///
/// Checks are those of the job and of the declared schema together. A column whose policy
/// is NanPolicy::kNull is nullable.
class Landing {
 public:
  /// \param columns  empty: all outputs of the signature, by name.
  /// SchemaMismatch, with all disagreements in one message: a kept column that does not
  /// exist (names the nearest), an output that does not exist, two columns of one legal
  /// name (names both originals), a dtype that is not supported, a sparse output, an
  /// output with known shape and no batch dimension, `binary` on an output that is not of
  /// strings, another option on an output that is not [n, k] or not of numbers, a kept
  /// column of a type that cannot be carried (null, union, run-end encoded); two columns
  /// of one field id;
  /// with a declared schema, a field that nothing gives, a kept column or one of
  /// `columns` that is not declared, types that do not cast.
  /// \param declared  nullptr: the schema is derived, as above. Not kept.
  /// A check is also a disagreement where its column or its column's type cannot have it.
  static Result<Landing> Compile(const arrow::Schema& source,
                                 const std::vector<std::string>& keep,
                                 const Signature& signature,
                                 const std::vector<OutputColumn>& columns,
                                 const DeclaredSchema* declared = nullptr,
                                 const RowChecks& checks = {});
  Landing(Landing&&) noexcept;
  Landing& operator=(Landing&&) noexcept;
  ~Landing();

  const std::shared_ptr<arrow::Schema>& schema() const;
  /// Signature outputs that are needed, each once: what Convert expects, in this order.
  const std::vector<std::string>& outputs() const;
  /// What is asked of the values of each column that has checks: "nan = null, min = 0".
  std::map<std::string, std::string> checks() const;
  /// What lands, as the text of an .avsc file: with it as the declared schema the same
  /// job lands the same values, and Declaration() is that text again. Columns are of
  /// ToAvroSchema's types: int8 lands as int, a timestamp of milliseconds as one of
  /// microseconds. Fields have "tensor.source", "tensor.shape" and the checks that the
  /// job asks for; "doc" is the declared one, else the name before the name rule if that
  /// differs. SchemaMismatch: a column that no Avro schema declares (names it).
  Result<std::string> Declaration() const;
  /// For each kept column, in the order given, the index of its field in schema(): the
  /// first ones, unless a declared schema orders them otherwise.
  std::vector<int> kept_fields() const;

  /// The rows of a batch that land, and why the others do not: with
  /// BadRows::kQuarantine, those with a value that cannot land or that breaks a check.
  /// \param source  a batch with (at least) the kept columns, by name.
  /// \param outputs  tensors for outputs(), each of source.num_rows() rows.
  ///   SchemaMismatch: a shape or dtype that differs from the signature's (names output,
  ///   expected, got) or from what a column was declared as, row splits that contradict
  ///   each other, a kept column of another type than the source's schema said.
  ///   InvalidInput: with BadRows::kFail (names column and first row) a string that is
  ///   not UTF-8 (says `as = "binary"`), a value that the column's type cannot hold, a
  ///   null in a non-nullable column, a value that breaks a check; with either, what
  ///   NanPolicy::kForbid forbids, more than 2^31-1 elements in a column's lists.
  Result<Landed> Land(const arrow::RecordBatch& source,
                      const std::vector<Tensor>& outputs) const;

  /// The rows of Land where all must land: a fault is an error of InvalidInput.
  Result<std::shared_ptr<arrow::RecordBatch>> Convert(
      const arrow::RecordBatch& source, const std::vector<Tensor>& outputs) const;

 private:
  struct Impl;
  explicit Landing(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace howdah
