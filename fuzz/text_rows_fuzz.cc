// Text files as `howdah verify` reads them, with the types that they were written with:
// any bytes are rows or refused; and those rows, if they can be written, read back equal.

#include <arrow/type.h>

#include <memory>
#include <string>
#include <vector>

#include "text_fuzz.h"

namespace {

using namespace howdah;

const std::vector<std::shared_ptr<arrow::DataType>>& Types() {
  static const auto* types = new std::vector<std::shared_ptr<arrow::DataType>>{
      arrow::utf8(),
      arrow::binary(),
      arrow::fixed_size_binary(3),
      arrow::boolean(),
      arrow::int8(),
      arrow::int64(),
      arrow::uint64(),
      arrow::float32(),
      arrow::float64(),
      arrow::date32(),
      arrow::time32(arrow::TimeUnit::SECOND),
      arrow::time64(arrow::TimeUnit::MICRO),
      arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"),
      arrow::timestamp(arrow::TimeUnit::NANO),
      arrow::decimal128(20, 4),
      arrow::decimal256(50, 7),
      arrow::list(arrow::float32()),
      arrow::list(arrow::list(arrow::utf8())),
      arrow::fixed_size_list(arrow::int32(), 2),
      arrow::map(arrow::utf8(), arrow::int64()),
      arrow::struct_(
          {arrow::field("x", arrow::int32()), arrow::field("y", arrow::utf8())}),
      arrow::list(arrow::struct_({arrow::field("z", arrow::float64())}))};
  return *types;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzInput input(data, size);
  EncoderOptions options;
  const Format& format = TakeFormat(input, &options);
  arrow::FieldVector fields;
  const size_t columns = 1 + input.UpTo(1);
  for (size_t i = 0; i < columns; ++i) {
    fields.push_back(
        arrow::field(i == 0 ? "a" : "b", Types()[input.UpTo(Types().size() - 1)]));
  }
  const std::string bytes(input.Rest());
  static_cast<void>(format.ReadBack(*FileOf(bytes), options));
  const auto rows = Decoded(format, options, bytes, arrow::schema(fields));
  if (!rows.ok() || *rows == nullptr) return 0;
  // Digits that were not asked for are gone the first time.
  const auto stored = format.AsStored(*rows, options);
  if (!stored.ok()) Broken(stored.status().message());
  const auto again = Encoded(format, options, **stored);
  if (again.has_value()) CheckReadsBack(format, options, *stored, *again);
  return 0;
}
