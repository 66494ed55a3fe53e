#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "schema/row_fault.h"
#include "types/tensor.h"

namespace arrow {
class RecordBatch;
class Schema;
}  // namespace arrow

namespace howdah {

/// What feeds a tensor, as in the job file's [input.tensors].
struct TensorInput {
  std::vector<std::string> columns;
  /// Lists that are shorter than the longest of their batch are filled up with this value
  /// (text of an element: "0", "-1", "nan", "<pad>"); nullopt: lists of different lengths
  /// are refused.
  std::optional<std::string> pad;
  /// Numbers are rounded to the tensor's dtype: what would otherwise be refused, since
  /// digits are lost (double to float, float to half and bfloat16).
  bool round = false;
  /// Each row's columns become one serialized tf.Example.
  bool as_example = false;
};
using TensorColumns = std::map<std::string, TensorInput>;

/// Turns columns of a RecordBatch into the input tensors of a signature. Compiled once;
/// thread-safe.
///
/// A tensor takes, by default, the column of its own name, letter by letter. A signature
/// with one input and a source with one usable column do NOT match by position: names are
/// written or equal. Column -> tensor of n rows:
///   scalar column        -> [n], or [n, 1] when the signature says rank 2
///   k scalar columns     -> [n, k]
///   list<T> / fixed_size_list<T>, all rows of length k -> [n, k]; nested lists -> [n, k,
///   l]; list<T>, all rows of length h·w -> [n, h, w], row-major, when the signature
///   knows h and w
/// With a pad, the lists of each level are filled up behind their elements: to the
/// dimension that the signature fixes, else to the longest of the batch (none: 0).
/// TensorInput::as_example: any number of columns -> [n], or [n, 1], of serialized
/// tf.Example (example_feed.h).
/// Shapes hold the batch dimension first. But if an input without a default has rank 0,
/// all shapes of the signature are of one row, and its tensors have one dimension more
/// here: [] -> [n]. An input of unknown rank takes the rank that its column has. Types:
/// the same; integers of another width and bool -> integer, integer -> float when each
/// value of the batch is held exactly; float -> double; half -> float, double. double ->
/// float is refused: TensorInput::round asks for it. string, large_string, binary,
/// large_binary, string_view, binary_view -> string. Dictionaries count as their values,
/// extension types as their storage.
class Feed {
 public:
  /// SchemaMismatch, with all disagreements in one message: an input without a column, a
  /// column that does not exist (names the nearest), a type or rank that does not fit, a
  /// number of columns or a list size other than the tensor's, a pad that is no element
  /// of the dtype or whose column has no lists, a key of `mapping` that names no input.
  /// \param round_numbers  the input's numbers are text, which has no width: they are
  ///   rounded to the tensor's dtype (as Python's float() and int() read them). A finite
  ///   number never becomes infinite; an integer dtype takes whole numbers in its range.
  static Result<Feed> Compile(const arrow::Schema& source, const Signature& signature,
                              const TensorColumns& mapping, bool round_numbers = false);
  Feed(Feed&&) noexcept;
  Feed& operator=(Feed&&) noexcept;
  ~Feed();

  /// Names of the source columns that are read, each once.
  const std::vector<std::string>& columns() const;

  /// Whether a tensor's shape is settled by the rows of a batch together: lists are
  /// filled up to the longest, or have the length of the first. Otherwise the tensors of
  /// many rows are those of some of them, one behind the other.
  bool depends_on_batch() const;

  /// One tensor for each input of the signature, in its order; a default input without a
  /// column has values == nullptr. Zero copy where the memory already has the tensor's
  /// form. InvalidInput: a null (names column and first row, counted from 0 in `batch`),
  /// lists of different lengths (says what pad does) or, with a pad, longer than the
  /// signature's dimension, a value that the dtype cannot hold.
  /// \param fault  if not nullptr, set when one row is the reason, whatever the rows
  ///   around it are: the others can be tried without it. A list of another length than
  ///   the first one's is no such reason.
  Result<std::vector<Tensor>> Tensors(const arrow::RecordBatch& batch,
                                      std::optional<RowFault>* fault = nullptr) const;

 private:
  struct Impl;
  explicit Feed(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace howdah
