#include "types/row_hash.h"

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <numeric>

namespace howdah {
namespace {

constexpr uint64_t kNullTag = 0x9e3779b97f4a7c15;

uint64_t Mix(uint64_t hash, uint64_t value) {
  return XXH3_64bits_withSeed(&value, sizeof value, hash);
}

Status HashInto(const arrow::Array& array, int64_t first, std::vector<uint64_t>* hashes);

/// Mix `value(i)` of element first + i into hashes[i], a tag where it is null.
template <typename Value>
void MixEach(const arrow::Array& array, int64_t first, const Value& value,
             std::vector<uint64_t>* hashes) {
  const bool nulls = array.null_count() > 0;
  for (size_t i = 0; i < hashes->size(); ++i) {
    const int64_t at = first + static_cast<int64_t>(i);
    uint64_t& hash = (*hashes)[i];
    hash = nulls && array.IsNull(at) ? Mix(hash, kNullTag) : value(hash, at);
  }
}

template <typename T>
void MixIntegers(const arrow::Array& array, int64_t first,
                 std::vector<uint64_t>* hashes) {
  const T* values = array.data()->GetValues<T>(1);
  MixEach(
      array, first,
      [&](uint64_t hash, int64_t at) {
        return Mix(hash, static_cast<uint64_t>(static_cast<int64_t>(values[at])));
      },
      hashes);
}

/// Values of fixed width by their bytes.
void MixBytes(const arrow::Array& array, int width, int64_t first,
              std::vector<uint64_t>* hashes) {
  const uint8_t* values =
      array.data()->buffers[1]->data() + array.offset() * int64_t{width};
  MixEach(
      array, first,
      [&](uint64_t hash, int64_t at) {
        return XXH3_64bits_withSeed(values + at * width, static_cast<size_t>(width),
                                    hash);
      },
      hashes);
}

/// Decimals by their value, in the 16 bytes that 38 digits take, whatever the width: a
/// format may know one width only.
void MixDecimals(const arrow::Array& array, int width, int64_t first,
                 std::vector<uint64_t>* hashes) {
  constexpr int kBytes = 16;
  const uint8_t* values =
      array.data()->buffers[1]->data() + array.offset() * int64_t{width};
  MixEach(
      array, first,
      [&](uint64_t hash, int64_t at) {
        const uint8_t* value = values + at * width;
        std::array<uint8_t, kBytes> bytes;
        bytes.fill(value[width - 1] >= 0x80 ? 0xff : 0);
        std::copy_n(value, std::min(width, kBytes), bytes.begin());
        return XXH3_64bits_withSeed(bytes.data(), bytes.size(), hash);
      },
      hashes);
}

template <typename ArrayType>
void MixStrings(const arrow::Array& array, int64_t first, std::vector<uint64_t>* hashes) {
  const auto& strings = static_cast<const ArrayType&>(array);
  MixEach(
      array, first,
      [&](uint64_t hash, int64_t at) {
        const std::string_view value = strings.GetView(at);
        return Mix(XXH3_64bits_withSeed(value.data(), value.size(), hash), value.size());
      },
      hashes);
}

bool HasNull(const arrow::Array& array, int64_t begin, int64_t length) {
  if (array.null_count() == 0) return false;
  for (int64_t i = begin; i < begin + length; ++i) {
    if (array.IsNull(i)) return true;
  }
  return false;
}

/// Lists: the length, then the elements. A list of floats without a null, as tensors
/// have, goes in one piece; which way is taken is a matter of that list's values alone.
template <typename ArrayType>
Status MixLists(const arrow::Array& array, int64_t first, std::vector<uint64_t>* hashes) {
  const auto& lists = static_cast<const ArrayType&>(array);
  const arrow::Array& elements = *lists.values();
  Status status;
  std::vector<uint64_t> inner;
  MixEach(
      array, first,
      [&](uint64_t hash, int64_t at) {
        const auto begin = static_cast<int64_t>(lists.value_offset(at));
        const auto length = static_cast<int64_t>(lists.value_length(at));
        hash = Mix(hash, static_cast<uint64_t>(length));
        const bool is_float = elements.type_id() == arrow::Type::FLOAT ||
                              elements.type_id() == arrow::Type::DOUBLE;
        if (is_float && !HasNull(elements, begin, length)) {
          const int width = elements.type()->byte_width();
          const uint8_t* values = elements.data()->buffers[1]->data();
          return XXH3_64bits_withSeed(values + (elements.offset() + begin) * width,
                                      static_cast<size_t>(length * width), hash);
        }
        inner.assign(static_cast<size_t>(length), 0);
        const Status hashed = HashInto(elements, begin, &inner);
        if (!hashed.ok()) status = hashed;
        for (const uint64_t one : inner) hash = Mix(hash, one);
        return hash;
      },
      hashes);
  return status;
}

Status MixStructs(const arrow::Array& array, int64_t first,
                  std::vector<uint64_t>* hashes) {
  const auto& structs = static_cast<const arrow::StructArray&>(array);
  std::vector<uint64_t> inner(hashes->size(), 0);
  for (int i = 0; i < structs.num_fields(); ++i) {
    HOWDAH_RETURN_IF_ERROR(HashInto(*structs.field(i), first, &inner));
  }
  MixEach(
      array, first,
      [&](uint64_t hash, int64_t at) {
        return Mix(hash, inner[static_cast<size_t>(at - first)]);
      },
      hashes);
  return Status::OK();
}

/// Mix elements [first, first + hashes->size()) of `array` into the hashes.
Status HashInto(const arrow::Array& array, int64_t first, std::vector<uint64_t>* hashes) {
  using arrow::Type;
  switch (array.type_id()) {
    case Type::BOOL:
      MixEach(
          array, first,
          [&](uint64_t hash, int64_t at) {
            const bool value = static_cast<const arrow::BooleanArray&>(array).Value(at);
            return Mix(hash, value ? 1 : 0);
          },
          hashes);
      return Status::OK();
    case Type::INT8:
      MixIntegers<int8_t>(array, first, hashes);
      return Status::OK();
    case Type::UINT8:
      MixIntegers<uint8_t>(array, first, hashes);
      return Status::OK();
    case Type::INT16:
      MixIntegers<int16_t>(array, first, hashes);
      return Status::OK();
    case Type::UINT16:
      MixIntegers<uint16_t>(array, first, hashes);
      return Status::OK();
    case Type::INT32:
    case Type::DATE32:
    case Type::TIME32:
    case Type::INTERVAL_MONTHS:
      MixIntegers<int32_t>(array, first, hashes);
      return Status::OK();
    case Type::UINT32:
      MixIntegers<uint32_t>(array, first, hashes);
      return Status::OK();
    case Type::INT64:
    case Type::UINT64:
    case Type::DATE64:
    case Type::TIME64:
    case Type::DURATION:
      MixIntegers<int64_t>(array, first, hashes);
      return Status::OK();
    case Type::STRING:
    case Type::BINARY:
      MixStrings<arrow::BinaryArray>(array, first, hashes);
      return Status::OK();
    case Type::LARGE_STRING:
    case Type::LARGE_BINARY:
      MixStrings<arrow::LargeBinaryArray>(array, first, hashes);
      return Status::OK();
    case Type::LIST:
    case Type::MAP:
      return MixLists<arrow::ListArray>(array, first, hashes);
    case Type::LARGE_LIST:
      return MixLists<arrow::LargeListArray>(array, first, hashes);
    case Type::FIXED_SIZE_LIST:
      return MixLists<arrow::FixedSizeListArray>(array, first, hashes);
    case Type::STRUCT:
      return MixStructs(array, first, hashes);
    case Type::TIMESTAMP: {
      // By microseconds: a reader of Avro gives those of milliseconds, too.
      const auto unit = static_cast<const arrow::TimestampType&>(*array.type()).unit();
      const uint64_t scale = unit == arrow::TimeUnit::MILLI ? 1000 : 1;
      const int64_t* values = array.data()->GetValues<int64_t>(1);
      MixEach(
          array, first,
          [&](uint64_t hash, int64_t at) {
            return Mix(hash, static_cast<uint64_t>(values[at]) * scale);
          },
          hashes);
      return Status::OK();
    }
    case Type::DECIMAL32:
    case Type::DECIMAL64:
    case Type::DECIMAL128:
    case Type::DECIMAL256:
      MixDecimals(array, array.type()->byte_width(), first, hashes);
      return Status::OK();
    default:
      break;
  }
  const int width =
      arrow::is_fixed_width(array.type_id()) ? array.type()->byte_width() : -1;
  if (width <= 0) {
    return Error(ErrorKind::kUnsupported, "rows with a column of {} cannot be hashed",
                 array.type()->ToString());
  }
  MixBytes(array, width, first, hashes);
  return Status::OK();
}

}  // namespace

Result<uint64_t> HashRows(const arrow::RecordBatch& batch,
                          const std::vector<int>& columns) {
  std::vector<uint64_t> hashes(static_cast<size_t>(batch.num_rows()), 0);
  for (const int column : columns) {
    HOWDAH_RETURN_IF_ERROR(HashInto(*batch.column(column), 0, &hashes));
  }
  return std::accumulate(hashes.begin(), hashes.end(), uint64_t{0});
}

Result<uint64_t> HashRows(const arrow::RecordBatch& batch) {
  std::vector<int> columns(static_cast<size_t>(batch.num_columns()));
  std::iota(columns.begin(), columns.end(), 0);
  return HashRows(batch, columns);
}

}  // namespace howdah
