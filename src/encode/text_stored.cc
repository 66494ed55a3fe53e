#include "encode/text_stored.h"

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

namespace howdah {
namespace {

using Data = std::shared_ptr<arrow::ArrayData>;

template <typename T>
T Rounded(T value, int decimals) {
  char text[400];
  const auto end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, decimals)
          .ptr;
  std::from_chars(text, end, value);
  return value;
}

template <typename T, typename Bits>
Result<Data> StoredFloats(const Data& data, std::optional<int> decimals) {
  static constexpr T kNaN = std::numeric_limits<T>::quiet_NaN();
  const T* const values = data->GetValues<T>(1);
  const auto stays = [](T value) {
    return !std::isnan(value) || std::bit_cast<Bits>(value) == std::bit_cast<Bits>(kNaN);
  };
  if (!decimals && std::all_of(values, values + data->length, stays)) return data;
  HOWDAH_ASSIGN_OR_RETURN(
      std::shared_ptr<arrow::Buffer> buffer,
      arrow::AllocateBuffer((data->offset + data->length) * int64_t{sizeof(T)}));
  T* const stored = reinterpret_cast<T*>(buffer->mutable_data());
  std::fill(stored, stored + data->offset, T{0});
  std::transform(values, values + data->length, stored + data->offset, [&](T value) {
    if (std::isnan(value)) return kNaN;
    return decimals && std::isfinite(value) ? Rounded(value, *decimals) : value;
  });
  Data copy = data->Copy();
  copy->buffers[1] = std::move(buffer);
  return copy;
}

Result<Data> Stored(const Data& data, std::optional<int> decimals) {
  if (data->type->id() == arrow::Type::FLOAT) {
    return StoredFloats<float, uint32_t>(data, decimals);
  }
  if (data->type->id() == arrow::Type::DOUBLE) {
    return StoredFloats<double, uint64_t>(data, decimals);
  }
  Data result = data;
  for (size_t i = 0; i < data->child_data.size(); ++i) {
    HOWDAH_ASSIGN_OR_RETURN(Data child, Stored(data->child_data[i], decimals));
    if (child == data->child_data[i]) continue;
    if (result == data) result = data->Copy();
    result->child_data[i] = std::move(child);
  }
  return result;
}

}  // namespace

Result<std::shared_ptr<arrow::RecordBatch>> AsTextStores(
    std::shared_ptr<arrow::RecordBatch> batch, std::optional<int> decimals,
    const std::vector<std::string>& exact) {
  std::vector<Data> columns = batch->column_data();
  bool same = true;
  for (size_t c = 0; c < columns.size(); ++c) {
    const std::string& name = batch->schema()->field(static_cast<int>(c))->name();
    const bool is_exact = std::find(exact.begin(), exact.end(), name) != exact.end();
    HOWDAH_ASSIGN_OR_RETURN(
        Data stored, Stored(columns[c], is_exact ? std::optional<int>() : decimals));
    same = same && stored == columns[c];
    columns[c] = std::move(stored);
  }
  if (same) return batch;
  return arrow::RecordBatch::Make(batch->schema(), batch->num_rows(), std::move(columns));
}

}  // namespace howdah
