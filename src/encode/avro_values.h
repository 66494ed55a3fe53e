#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"

namespace arrow {
struct ArrayData;
class DataType;
class Field;
}  // namespace arrow

namespace howdah {

using ArrayDataPtr = std::shared_ptr<arrow::ArrayData>;

/// Writes values of one column, or of a few that lie side by side, in Avro's binary form.
/// Made once for a schema, bound to each batch, asked for a bound for some rows, and then
/// trusted: Put looks at no capacity. Thread-confined.
class AvroValues {
 public:
  virtual ~AvroValues() = default;
  /// Take the arrays of the next batch, which must stay alive while Put is called.
  virtual void Bind(std::span<const ArrayDataPtr> columns) = 0;
  /// Bytes that elements [first, first + count) take at most.
  virtual int64_t Bound(int64_t first, int64_t count) const = 0;
  /// Write these elements one after another to `out`, which has Bound and kAvroLongRoom
  /// bytes.
  /// \return behind the last byte.
  virtual std::byte* Put(int64_t first, int64_t count, std::byte* out) = 0;

  // The same for columns of a record, whose values do not follow one another: a loop over
  // each column's values is some times as fast as a call for each value of each row.
  // Where EqualLength knows one length for every column, PutEqual; else first AddLengths,
  // then Scatter, of the same elements. By default by way of Put.

  /// The bytes of each of these elements, if all have as many; -1: they have not, or
  /// looking would cost more than it saves.
  virtual int64_t EqualLength(int64_t /*first*/, int64_t /*count*/) { return -1; }
  /// Write element first + i to out + i * stride, of elements that have one EqualLength;
  /// in the order of i. `room`: bytes from there on that may be written over, of which
  /// those behind the element are without meaning.
  virtual void PutEqual(int64_t first, int64_t count, int64_t stride, int64_t room,
                        std::byte* out);

  /// Add to lengths[i] the bytes of element first + i.
  virtual void AddLengths(int64_t first, std::span<int64_t> lengths);
  /// Write element first + i to ends[i], and nothing behind it, and move that there.
  virtual void Scatter(int64_t first, std::span<std::byte*> ends);

 private:
  std::vector<std::byte> put_;    // by AddLengths
  std::vector<int64_t> lengths_;  // of elements in it
};

/// The path of a field that is not nullable and to which a null came, if there was one.
/// What Put then wrote is wrong: who looks at this after Put throws it away.
using NullPath = std::optional<std::string>;

/// The values of `field`, whose type ToAvroSchema has accepted. `path` names it; `null`
/// outlives it.
std::unique_ptr<AvroValues> MakeAvroValues(const arrow::Field& field,
                                           const std::string& path, NullPath* null);

/// The fields of a record, in order; bound to one array for each field.
std::unique_ptr<AvroValues> MakeAvroRecord(
    const std::vector<std::shared_ptr<arrow::Field>>& fields, const std::string& path,
    NullPath* null);

/// Values of `type`, none of them null, that have no others inside; nullptr: they have.
std::unique_ptr<AvroValues> MakeAvroFlatValues(const arrow::DataType& type);
/// `columns` columns of float or double, side by side: one row of them is one call.
std::unique_ptr<AvroValues> MakeAvroFloats(const arrow::DataType& type, size_t columns);

/// memcpy of what is mostly short, without a call.
inline void CopyShort(const std::byte* from, int64_t bytes, std::byte* to) {
  constexpr int64_t kStep = 16, kMost = 256;
  if (bytes < kStep || bytes > kMost) {
    if (bytes > 0) std::memcpy(to, from, static_cast<size_t>(bytes));
    return;
  }
  for (int64_t i = 0; i < bytes - kStep; i += kStep) std::memcpy(to + i, from + i, kStep);
  std::memcpy(to + bytes - kStep, from + bytes - kStep, kStep);
}

}  // namespace howdah
