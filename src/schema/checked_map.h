#pragma once

#include <arrow/array.h>
#include <arrow/type.h>

#include <cstdint>
#include <memory>

#include "base/status.h"
#include "schema/validity.h"

namespace howdah {

/// The first value that is not null and for which `bad` holds, or -1.
template <typename Bad>
int64_t FirstBad(const arrow::Array& array, Bad bad) {
  for (int64_t i = 0; i < array.length(); ++i) {
    if (bad(i) && !array.IsNull(i)) return i;
  }
  return -1;
}

/// Fixed-width values of `array` as `type`, each by `convert`; nulls stay. InvalidInput
/// if `fits` is false for a value: `*bad_row` is set, the message is "<value> <why>".
template <typename From, typename To, typename Convert, typename Fits>
Result<std::shared_ptr<arrow::Array>> MapChecked(
    const arrow::Array& array, const std::shared_ptr<arrow::DataType>& type,
    int64_t* bad_row, Convert convert, Fits fits, const char* why) {
  const From* in = array.data()->GetValues<From>(1);
  ARROW_ASSIGN_OR_RAISE(
      std::shared_ptr<arrow::Buffer> values,
      arrow::AllocateBuffer(array.length() * static_cast<int64_t>(sizeof(To))));
  To* out = reinterpret_cast<To*>(values->mutable_data());
  bool good = true;  // what stands under a null may be false
  for (int64_t i = 0; i < array.length(); ++i) {
    out[i] = convert(in[i]);
    good &= fits(in[i]);
  }
  if (!good) {
    *bad_row = FirstBad(array, [&](int64_t i) { return !fits(in[i]); });
    if (*bad_row >= 0) {
      return Error(ErrorKind::kInvalidInput, "{} {}", in[*bad_row], why);
    }
  }
  ARROW_ASSIGN_OR_RAISE(auto validity, ValidityFromZero(array));
  return arrow::MakeArray(arrow::ArrayData::Make(type, array.length(),
                                                 {std::move(validity), std::move(values)},
                                                 array.null_count()));
}

}  // namespace howdah
