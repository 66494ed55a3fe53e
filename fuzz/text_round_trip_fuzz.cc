// Rows written as CSV of both dialects and as JSON lines: what is written reads back
// equal, by the reader of `howdah verify` and by those of inputs; the rest is refused.

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "text_fuzz.h"

namespace {

using namespace howdah;
using arrow::Type;

const std::vector<std::shared_ptr<arrow::DataType>>& Types() {
  static const auto* types = new std::vector<std::shared_ptr<arrow::DataType>>{
      arrow::utf8(),
      arrow::float64(),
      arrow::float32(),
      arrow::int64(),
      arrow::uint64(),
      arrow::int32(),
      arrow::boolean(),
      arrow::binary(),
      arrow::date32(),
      arrow::time64(arrow::TimeUnit::MICRO),
      arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"),
      arrow::timestamp(arrow::TimeUnit::MILLI),
      arrow::decimal128(38, 6),
      arrow::list(arrow::float32()),
      arrow::list(arrow::utf8()),
      arrow::map(arrow::utf8(), arrow::utf8()),
      arrow::struct_(
          {arrow::field("x", arrow::float64()), arrow::field("y", arrow::utf8())})};
  return *types;
}

/// Valid UTF-8, much of it what text formats stumble over.
std::string TakeText(FuzzInput& input) {
  constexpr std::string_view kPieces[] = {
      "\"",   ",",   "\n",   "\r",           "\r\n", "\\",       "\\N",
      " ",    "\t",  "\x01", "\x02",         "\x03", "\xc3\xa9", "\xf0\x9f\x90\x98",
      "NULL", "NaN", "",     "\xef\xbb\xbf", "null", "1e5",      "0x1",
      "-",    "{",   "]"};
  std::string text;
  for (const char c : input.Bytes(input.Byte() % 12)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 128) {
      text += c;
    } else {
      text += kPieces[byte % std::size(kPieces)];
    }
  }
  return text;
}

double TakeDouble(FuzzInput& input) {
  constexpr double kSome[] = {0.0,    -0.0,       1.0,
                              0.1,    -1.5,       1e16,
                              1e21,   1e22,       1e-5,
                              1e-7,   5e-324,     1.7976931348623157e308,
                              3.4e38, 16777217.0, 9007199254740993.0,
                              1e15,   INFINITY,   -INFINITY,
                              NAN,    123456789.0};
  const uint8_t kind = input.Byte();
  if (kind < 128) return kSome[kind % std::size(kSome)];
  if (kind < 160) return static_cast<double>(static_cast<int8_t>(input.Byte()));
  if (kind < 200) {  // as a float it is one with few bits
    return static_cast<double>(
        std::bit_cast<float>(static_cast<uint32_t>(input.Number())));
  }
  return std::bit_cast<double>(input.Number());
}

int64_t TakeInteger(FuzzInput& input) {
  if (input.Bool()) return static_cast<int8_t>(input.Byte());
  return static_cast<int64_t>(input.Number());
}

void Check(const Status& status) {
  if (!status.ok()) Broken(status.message());
}

template <typename Builder>
Builder& As(arrow::ArrayBuilder* builder) {
  return static_cast<Builder&>(*builder);
}

void AppendValue(FuzzInput& input, arrow::ArrayBuilder* builder, bool nulls = true) {
  if (nulls && input.Byte() % 6 == 0) return Check(builder->AppendNull());
  constexpr int64_t kDay = int64_t{86'400} * 1'000'000;
  switch (builder->type()->id()) {
    case Type::STRING:
      return Check(As<arrow::StringBuilder>(builder).Append(TakeText(input)));
    case Type::BINARY:
      return Check(
          As<arrow::BinaryBuilder>(builder).Append(input.Bytes(input.Byte() % 9)));
    case Type::DOUBLE:
      return Check(As<arrow::DoubleBuilder>(builder).Append(TakeDouble(input)));
    case Type::FLOAT: {
      const double value = TakeDouble(input);
      const bool fits = !(std::abs(value) > 3.4e38) || std::isinf(value);
      return Check(
          As<arrow::FloatBuilder>(builder).Append(fits ? static_cast<float>(value) : 0));
    }
    case Type::INT64:
      return Check(As<arrow::Int64Builder>(builder).Append(TakeInteger(input)));
    case Type::UINT64:
      return Check(As<arrow::UInt64Builder>(builder).Append(
          static_cast<uint64_t>(TakeInteger(input))));
    case Type::INT32:
      return Check(As<arrow::Int32Builder>(builder).Append(
          static_cast<int32_t>(TakeInteger(input))));
    case Type::BOOL:
      return Check(As<arrow::BooleanBuilder>(builder).Append(input.Bool()));
    case Type::DATE32:
      return Check(As<arrow::Date32Builder>(builder).Append(
          static_cast<int32_t>(TakeInteger(input))));
    case Type::TIME64: {
      const auto number = static_cast<uint64_t>(TakeInteger(input));
      return Check(As<arrow::Time64Builder>(builder).Append(
          static_cast<int64_t>(number % static_cast<uint64_t>(kDay))));
    }
    case Type::TIMESTAMP:
      return Check(As<arrow::TimestampBuilder>(builder).Append(TakeInteger(input)));
    case Type::DECIMAL128:
      return Check(As<arrow::Decimal128Builder>(builder).Append(
          arrow::Decimal128(TakeInteger(input) % 1'000'000'000'000'000, input.Number())));
    case Type::LIST: {
      auto& list = As<arrow::ListBuilder>(builder);
      Check(list.Append());
      for (int n = input.Byte() % 4; n > 0; --n) AppendValue(input, list.value_builder());
      return;
    }
    case Type::MAP: {
      auto& map = As<arrow::MapBuilder>(builder);
      Check(map.Append());
      for (int n = input.Byte() % 4; n > 0; --n) {
        AppendValue(input, map.key_builder(), /*nulls=*/false);
        AppendValue(input, map.item_builder());
      }
      return;
    }
    default: {
      auto& record = As<arrow::StructBuilder>(builder);
      Check(record.Append());
      for (int i = 0; i < record.num_fields(); ++i) {
        AppendValue(input, record.field_builder(i));
      }
    }
  }
}

std::shared_ptr<arrow::RecordBatch> TakeBatch(FuzzInput& input) {
  const size_t columns = 1 + input.Byte() % 3, rows = input.Byte() % 6;
  arrow::FieldVector fields;
  std::vector<std::unique_ptr<arrow::ArrayBuilder>> builders;
  for (size_t c = 0; c < columns; ++c) {
    const auto& type = Types()[input.Byte() % Types().size()];
    fields.push_back(arrow::field(std::string(1, static_cast<char>('a' + c)), type));
    builders.push_back(arrow::MakeBuilder(type).ValueOrDie());
  }
  for (size_t row = 0; row < rows; ++row) {
    for (const auto& builder : builders) AppendValue(input, builder.get());
  }
  arrow::ArrayVector arrays;
  for (const auto& builder : builders) Check(builder->Finish(&arrays.emplace_back()));
  auto batch = arrow::RecordBatch::Make(arrow::schema(fields), static_cast<int64_t>(rows),
                                        std::move(arrays));
  return batch;
}

/// All rows of the file `bytes`, as an input; nullopt, with `*why`, if it is refused.
std::vector<std::shared_ptr<arrow::RecordBatch>> ReadInput(
    const SourceFormat& format, const std::string& bytes,
    const std::vector<std::string>& text_columns) {
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
  const auto file = FileOf(bytes);
  const auto info = format.Inspect(*file, {.text_columns = text_columns});
  if (!info.ok()) Broken(bytes + info.status().message());
  if (info->schema->num_fields() == 0) return batches;
  for (const Split& split : PlanSplits({&*info, 1}, 1)) {
    const auto reader =
        OpenSplit(format, split, {split.parts.size(), file}, {.schema = info->schema});
    if (!reader.ok()) Broken(bytes + reader.status().message());
    for (;;) {
      const auto batch = (*reader)->Next(1);
      if (!batch.ok()) Broken(bytes + batch.status().message());
      if (batch->rows == nullptr) break;
      batches.push_back(batch->rows);
    }
  }
  return batches;
}

double NumberOf(const arrow::Scalar& scalar) {
  switch (scalar.type->id()) {
    case Type::FLOAT:
      return static_cast<double>(static_cast<const arrow::FloatScalar&>(scalar).value);
    case Type::DOUBLE:
      return static_cast<const arrow::DoubleScalar&>(scalar).value;
    default:
      return std::strtod(scalar.ToString().c_str(), nullptr);
  }
}

/// Whether a cell of an input says what was written. Which type a column has is the
/// reader's to find out.
bool Says(const arrow::Scalar& read, const arrow::Scalar& written) {
  if (!written.is_valid || !read.is_valid) return written.is_valid == read.is_valid;
  switch (written.type->id()) {
    case Type::FLOAT:
    case Type::DOUBLE: {
      const double value = NumberOf(written);
      double again = NumberOf(read);
      if (written.type->id() == Type::FLOAT) {
        again = static_cast<double>(static_cast<float>(again));
      }
      if (std::isnan(value)) return std::isnan(again);
      return std::bit_cast<uint64_t>(value) == std::bit_cast<uint64_t>(again) ||
             (value == 0 && again == 0 && arrow::is_integer(read.type->id()));
    }
    case Type::STRING:
    case Type::INT64:
    case Type::INT32:
    case Type::UINT64:
    case Type::BOOL:
      return read.ToString() == written.ToString();
    default:
      return true;
  }
}

void CheckAsInput(const SourceFormat& format, const arrow::RecordBatch& batch,
                  const std::string& bytes) {
  std::vector<std::string> text_columns;
  for (const auto& field : batch.schema()->fields()) {
    if (field->type()->id() == Type::STRING) text_columns.push_back(field->name());
  }
  int64_t row = 0;
  for (const auto& read : ReadInput(format, bytes, text_columns)) {
    if (read->num_columns() != batch.num_columns()) Broken(bytes + "other columns");
    for (int64_t i = 0; i < read->num_rows(); ++i, ++row) {
      if (row == batch.num_rows()) Broken(bytes + "more rows");
      for (int c = 0; c < batch.num_columns(); ++c) {
        const auto got = read->column(c)->GetScalar(i).ValueOrDie();
        const auto want = batch.column(c)->GetScalar(row).ValueOrDie();
        if (!Says(*got, *want)) {
          Broken(bytes + "\nwritten " + want->ToString() + ", read " + got->ToString());
        }
      }
    }
  }
  if (row != batch.num_rows()) Broken(bytes + "fewer rows");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzInput input(data, size);
  EncoderOptions options;
  const Format& format = TakeFormat(input, &options);
  const auto batch = TakeBatch(input);
  const auto bytes = Encoded(format, options, *batch);
  if (!bytes.has_value()) return 0;
  CheckReadsBack(format, options, batch, *bytes);
  const auto stored = format.AsStored(batch, options);
  if (!stored.ok()) Broken(stored.status().message());
  if (format.name() == "json") {
    // Text among numbers is no column that inputs have.
    if (!options.text.nan_as_string)
      CheckAsInput(*FindSourceFormat("jsonl"), **stored, *bytes);
  } else if (options.text.dialect == "rfc4180" && options.text.header &&
             options.text.null.empty()) {
    CheckAsInput(*FindSourceFormat("csv"), **stored, *bytes);
  }
  return 0;
}
