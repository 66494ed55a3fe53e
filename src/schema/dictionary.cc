#include "schema/dictionary.h"

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/type_traits.h>
#include <arrow/util/bit_util.h>

#include <cstring>
#include <limits>
#include <vector>

namespace howdah {
namespace {

using arrow::Array;
using ArrayPtr = std::shared_ptr<Array>;

constexpr int64_t kNull = -1;

/// Where each row's value stands in the dictionary, kNull for none.
struct Lookup {
  std::vector<int64_t> position;
  int64_t nulls = 0;
};

template <typename Index>
Result<Lookup> Resolve(const arrow::DictionaryArray& array, int64_t* bad_row) {
  const Array& dictionary = *array.dictionary();
  const bool null_values = dictionary.null_count() > 0;
  const Index* indices = array.indices()->data()->GetValues<Index>(1);
  Lookup lookup;
  lookup.position.resize(static_cast<size_t>(array.length()));
  for (int64_t row = 0; row < array.length(); ++row) {
    int64_t position = kNull;
    if (!array.IsNull(row)) {
      // As unsigned, so that a negative index is too large as well.
      const auto index = static_cast<uint64_t>(indices[row]);
      if (index >= static_cast<uint64_t>(dictionary.length())) {
        *bad_row = row;
        return Error(ErrorKind::kInvalidInput, "index {} of a dictionary of {} values",
                     indices[row], dictionary.length());
      }
      position = static_cast<int64_t>(index);
      if (null_values && dictionary.IsNull(position)) position = kNull;
    }
    lookup.position[static_cast<size_t>(row)] = position;
    lookup.nulls += position == kNull;
  }
  return lookup;
}

Result<Lookup> Resolve(const arrow::DictionaryArray& array, int64_t* bad_row) {
  switch (array.indices()->type_id()) {
    case arrow::Type::INT8:
      return Resolve<int8_t>(array, bad_row);
    case arrow::Type::UINT8:
      return Resolve<uint8_t>(array, bad_row);
    case arrow::Type::INT16:
      return Resolve<int16_t>(array, bad_row);
    case arrow::Type::UINT16:
      return Resolve<uint16_t>(array, bad_row);
    case arrow::Type::INT32:
      return Resolve<int32_t>(array, bad_row);
    case arrow::Type::UINT32:
      return Resolve<uint32_t>(array, bad_row);
    case arrow::Type::INT64:
      return Resolve<int64_t>(array, bad_row);
    default:
      return Resolve<uint64_t>(array, bad_row);
  }
}

Result<std::shared_ptr<arrow::Buffer>> Validity(const Lookup& lookup) {
  if (lookup.nulls == 0) return nullptr;
  const auto rows = static_cast<int64_t>(lookup.position.size());
  ARROW_ASSIGN_OR_RAISE(auto bitmap, arrow::AllocateEmptyBitmap(rows));
  for (int64_t row = 0; row < rows; ++row) {
    arrow::bit_util::SetBitTo(bitmap->mutable_data(), row,
                              lookup.position[static_cast<size_t>(row)] != kNull);
  }
  return bitmap;
}

/// Values of a fixed number of bytes. `kWidth` is 0 when only `width` knows it.
template <size_t kWidth>
Result<ArrayPtr> GatherFixed(const Array& dictionary, const Lookup& lookup,
                             size_t width) {
  if constexpr (kWidth != 0) width = kWidth;
  const auto rows = static_cast<int64_t>(lookup.position.size());
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> values,
                        arrow::AllocateBuffer(rows * static_cast<int64_t>(width)));
  const arrow::ArrayData& data = *dictionary.data();
  uint8_t* out = values->mutable_data();
  for (const int64_t position : lookup.position) {
    if (position == kNull) {
      std::memset(out, 0, width);
    } else {
      const auto at = static_cast<size_t>(data.offset + position) * width;
      std::memcpy(out, data.buffers[1]->data() + at, width);
    }
    out += width;
  }
  ARROW_ASSIGN_OR_RAISE(auto validity, Validity(lookup));
  return arrow::MakeArray(
      arrow::ArrayData::Make(dictionary.type(), rows, {validity, values}, lookup.nulls));
}

template <typename ArrayType>
Result<ArrayPtr> GatherBinary(const Array& dictionary, const Lookup& lookup) {
  using Offset = typename ArrayType::offset_type;
  const auto& words = static_cast<const ArrayType&>(dictionary);
  const auto rows = static_cast<int64_t>(lookup.position.size());
  int64_t bytes = 0;
  for (const int64_t position : lookup.position) {
    if (position != kNull) bytes += words.value_length(position);
  }
  if (bytes > std::numeric_limits<Offset>::max()) {
    return Error(
        ErrorKind::kInvalidInput,
        "a batch holds {} bytes of text, more than 2 GiB; lower model.batch_rows", bytes);
  }
  ARROW_ASSIGN_OR_RAISE(
      std::shared_ptr<arrow::Buffer> offsets,
      arrow::AllocateBuffer((rows + 1) * static_cast<int64_t>(sizeof(Offset))));
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> values,
                        arrow::AllocateBuffer(bytes));
  auto* offset = reinterpret_cast<Offset*>(offsets->mutable_data());
  Offset end = 0;
  *offset++ = end;
  for (const int64_t position : lookup.position) {
    if (position != kNull) {
      const std::string_view word = words.GetView(position);
      if (!word.empty()) {
        std::memcpy(values->mutable_data() + end, word.data(), word.size());
      }
      end = static_cast<Offset>(end + static_cast<Offset>(word.size()));
    }
    *offset++ = end;
  }
  ARROW_ASSIGN_OR_RAISE(auto validity, Validity(lookup));
  return arrow::MakeArray(arrow::ArrayData::Make(
      dictionary.type(), rows, {validity, offsets, values}, lookup.nulls));
}

/// Any type: bits and views.
Result<ArrayPtr> GatherSlowly(const Array& dictionary, const Lookup& lookup) {
  ARROW_ASSIGN_OR_RAISE(auto builder, arrow::MakeBuilder(dictionary.type()));
  HOWDAH_RETURN_IF_ERROR(builder->Reserve(static_cast<int64_t>(lookup.position.size())));
  const arrow::ArraySpan values(*dictionary.data());
  for (const int64_t position : lookup.position) {
    HOWDAH_RETURN_IF_ERROR(position == kNull
                               ? builder->AppendNull()
                               : builder->AppendArraySlice(values, position, 1));
  }
  return builder->Finish();
}

}  // namespace

bool IsDecodable(const arrow::DataType& type) {
  return type.num_fields() == 0 && type.id() != arrow::Type::EXTENSION &&
         type.id() != arrow::Type::DICTIONARY && type.id() != arrow::Type::NA;
}

Result<ArrayPtr> Decode(const arrow::DictionaryArray& array, int64_t* bad_row) {
  HOWDAH_ASSIGN_OR_RETURN(const Lookup lookup, Resolve(array, bad_row));
  const Array& dictionary = *array.dictionary();
  switch (dictionary.type_id()) {
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      return GatherBinary<arrow::BinaryArray>(dictionary, lookup);
    case arrow::Type::LARGE_STRING:
    case arrow::Type::LARGE_BINARY:
      return GatherBinary<arrow::LargeBinaryArray>(dictionary, lookup);
    default:
      break;
  }
  if (!arrow::is_fixed_width(dictionary.type_id()) ||
      dictionary.type_id() == arrow::Type::BOOL) {
    return GatherSlowly(dictionary, lookup);
  }
  const auto width = static_cast<size_t>(dictionary.type()->byte_width());
  switch (width) {
    case 1:
      return GatherFixed<1>(dictionary, lookup, width);
    case 2:
      return GatherFixed<2>(dictionary, lookup, width);
    case 4:
      return GatherFixed<4>(dictionary, lookup, width);
    case 8:
      return GatherFixed<8>(dictionary, lookup, width);
    default:
      return GatherFixed<0>(dictionary, lookup, width);
  }
}

}  // namespace howdah
