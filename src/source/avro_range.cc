#include "source/avro_range.h"

#include <arrow/array/array_base.h>
#include <arrow/array/data.h>
#include <arrow/array/util.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/type.h>

#include <algorithm>
#include <utility>

#include "avro/resolution.h"
#include "base/text.h"
#include "source/avro_skip.h"

namespace howdah {
namespace {

constexpr int64_t kMostBlockBytes = int64_t{512} << 20;
constexpr int64_t kMostChunkRows = int64_t{1} << 16;
// A row of nulls takes more bytes in memory than in the file.
constexpr int64_t kMostEmptyBytes = int64_t{64} << 20;
constexpr int64_t kRowsAtOnce = 256;

}  // namespace

Result<AvroFile> OpenAvroFile(ByteSource& file) {
  HOWDAH_ASSIGN_OR_RETURN(ContainerHeader header, ReadContainerHeader(file));
  const auto codec = AvroCodecNamed(header.codec);
  if (!codec.ok()) return WithContext(codec.status(), file.name());
  auto schema = AvroSchema::Parse(header.schema, AvroSchema::Names::kAny);
  if (!schema.ok()) {
    return Error(Is(schema.status(), ErrorKind::kSchemaMismatch)
                     ? ErrorKind::kSchemaMismatch
                     : ErrorKind::kCorruption,
                 "{}: its schema: {}", file.name(), schema.status().message());
  }
  AvroFile avro{
      .header = std::move(header), .schema = std::move(*schema), .codec = *codec};
  avro.least_row = LeastAvroBytes(avro.schema.record());
  if (avro.least_row > 0) return avro;
  return Error(ErrorKind::kSchemaMismatch, "{}: its records '{}' hold nothing but nulls",
               file.name(), avro.schema.record().name);
}

Status CheckAvroBlock(const ByteSource& file, const AvroFile& avro,
                      const BlockPlace& block) {
  const bool plain = avro.codec == AvroCodec::kNull;
  const int64_t most = plain ? block.bytes : kMostBlockBytes;
  if (block.rows <= most / avro.least_row) return Status::OK();
  return Error(ErrorKind::kCorruption,
               "{}: the block whose {} bytes begin at byte {} cannot hold {} rows",
               file.name(), block.bytes, block.offset, block.rows);
}

Result<AvroColumnType> AvroFieldColumn(const AvroField& field) {
  return ColumnTypeOf(*field.type, fmt::format("field '{}'", field.name),
                      {.verb = "be read", .nanos = true, .resolution = true});
}

AvroRange::AvroRange(std::shared_ptr<ByteSource> file, AvroFile avro, int64_t first_byte,
                     int64_t end_byte, std::shared_ptr<arrow::Schema> schema,
                     arrow::MemoryPool* pool)
    : file_(std::move(file)),
      avro_(std::move(avro)),
      schema_(std::move(schema)),
      pool_(pool),
      bytes_(*file_, first_byte, end_byte) {}

Result<std::unique_ptr<AvroRange>> AvroRange::Open(std::shared_ptr<ByteSource> file,
                                                   int64_t first_byte, int64_t end_byte,
                                                   std::shared_ptr<arrow::Schema> schema,
                                                   int64_t chunk_bytes,
                                                   arrow::MemoryPool* pool) {
  HOWDAH_ASSIGN_OR_RETURN(AvroFile avro, OpenAvroFile(*file));
  std::unique_ptr<AvroRange> range(new AvroRange(
      std::move(file), std::move(avro), first_byte, end_byte, std::move(schema), pool));
  HOWDAH_RETURN_IF_ERROR(range->Compile());
  HOWDAH_ASSIGN_OR_RETURN(range->decompressor_,
                          MakeBlockDecompressor(range->avro_.codec, pool));
  range->chunk_bytes_ = chunk_bytes;
  int64_t row = 1;
  for (size_t i = 0; i < range->columns_.size(); ++i) {
    const auto& decoded = range->columns_[i].decoded;
    row += decoded != nullptr
               ? decoded->empty_bytes()
               : AvroDefaultBytes(*range->schema_->field(static_cast<int>(i)));
  }
  range->chunk_rows_ = std::clamp<int64_t>(kMostEmptyBytes / row, 1, kMostChunkRows);
  return range;
}

Status AvroRange::Compile() {
  const AvroNode& record = avro_.schema.record();
  for (const AvroField& field : record.fields) steps_.push_back({&field, nullptr});
  for (const auto& wanted : schema_->fields()) {
    const AvroField* const field = FindAvroField(record, *wanted);
    if (field == nullptr && HasAvroDefault(*wanted)) {
      auto value = AvroDefault(*wanted);
      if (!value.ok()) {
        return Error(ErrorKind::kSchemaMismatch, "{}: column '{}' {}", file_->name(),
                     wanted->name(), value.status().message());
      }
      columns_.push_back({nullptr, *std::move(value)});
      continue;
    }
    if (field == nullptr) {
      std::vector<std::string> names;
      for (const AvroField& one : record.fields) names.push_back(one.name);
      return Error(ErrorKind::kSchemaMismatch, "{}: no column '{}'{}", file_->name(),
                   wanted->name(), DidYouMean(wanted->name(), names));
    }
    const auto place = fmt::format("{}: column '{}'", file_->name(), wanted->name());
    if (wanted->type()->id() != arrow::Type::NA) {
      const auto own = AvroFieldColumn(*field);
      if (!own.ok()) return WithContext(own.status(), file_->name());
      const auto common = CommonAvroType(wanted->type(), own->type);
      if (common == nullptr || !common->Equals(*wanted->type())) {
        return Error(ErrorKind::kSchemaMismatch,
                     "{} is {}, the input's other files have {}", place,
                     own->type->ToString(), wanted->type()->ToString());
      }
    }
    auto column = AvroColumn::Make(*field->type, *wanted, pool_);
    if (!column.ok()) {
      return Error(ErrorKind::kSchemaMismatch, "{} {}", place, column.status().message());
    }
    Step& step = steps_[static_cast<size_t>(field - record.fields.data())];
    if (step.column != nullptr) {
      return Error(ErrorKind::kSchemaMismatch,
                   "{} is the column '{}', which is asked for too", place, field->name);
    }
    step.column = column->get();
    columns_.push_back({std::move(*column), nullptr});
  }
  return Status::OK();
}

Status AvroRange::Damaged(const std::string& what) const {
  return Error(ErrorKind::kCorruption, "{}: the block at byte {}: {}", file_->name(),
               block_offset_, what);
}

Status AvroRange::OpenBlock() {
  block_offset_ = bytes_.offset();
  HOWDAH_ASSIGN_OR_RETURN(const auto head,
                          bytes_.Peek(std::min(kMostBlockHead, bytes_.left())));
  const auto parsed =
      ParseBlockHead(head, bytes_.offset(), bytes_.offset() + bytes_.left());
  if (!parsed.ok()) return Damaged(parsed.status().message());
  const BlockPlace& place = *parsed;
  HOWDAH_RETURN_IF_ERROR(CheckAvroBlock(*file_, avro_, place));
  if (place.bytes > kMostBlockBytes) {
    return Error(ErrorKind::kResourceExhausted,
                 "{}: the block at byte {} has {} bytes, the most is {}: write it in "
                 "smaller blocks",
                 file_->name(), block_offset_, place.bytes, kMostBlockBytes);
  }
  bytes_.Skip(place.offset - block_offset_);
  const auto& sync = avro_.header.sync;
  HOWDAH_ASSIGN_OR_RETURN(const auto stored,
                          bytes_.Take(place.bytes + static_cast<int64_t>(sync.size())));
  if (!std::equal(sync.begin(), sync.end(), stored.last(sync.size()).begin())) {
    return Damaged(fmt::format("no marker behind its {} bytes", place.bytes));
  }
  const auto block = decompressor_->Decompress(
      stored.first(static_cast<size_t>(place.bytes)), kMostBlockBytes);
  if (!block.ok()) {
    if (!Is(block.status(), ErrorKind::kCorruption)) return block.status();
    return Damaged(block.status().message());
  }
  if (place.rows > static_cast<int64_t>(block->size()) / avro_.least_row) {
    return Damaged(
        fmt::format("{} rows cannot be in its {} bytes", place.rows, block->size()));
  }
  cursor_.emplace(*block);
  rows_ = rows_left_ = place.rows;
  return Status::OK();
}

Status AvroRange::DecodeRows(int64_t rows) {
  for (int64_t row = 0; row < rows; ++row) {
    for (const Step& step : steps_) {
      const bool decoded = step.column != nullptr
                               ? step.column->Decode(&*cursor_)
                               : SkipAvro(*step.field->type, &*cursor_);
      if (decoded) continue;
      HOWDAH_RETURN_IF_ERROR(cursor_->status());
      return Damaged(fmt::format(
          "field '{}' of its row {} has {}, at byte {} of its {}rows", step.field->name,
          rows_ - rows_left_ + row, cursor_->reason(), cursor_->offset(),
          avro_.codec == AvroCodec::kNull ? "" : "decompressed "));
    }
  }
  rows_left_ -= rows;
  if (rows_left_ > 0 || cursor_->left() == 0) return Status::OK();
  return Damaged(fmt::format("{} bytes are left behind its last row", cursor_->left()));
}

Result<std::shared_ptr<arrow::RecordBatch>> AvroRange::Next() {
  int64_t rows = 0;
  for (int64_t bytes = 0; rows < chunk_rows_ && bytes < chunk_bytes_;) {
    if (rows_left_ == 0) {
      if (bytes_.left() == 0) break;
      HOWDAH_RETURN_IF_ERROR(OpenBlock());
      if (rows_left_ == 0) HOWDAH_RETURN_IF_ERROR(DecodeRows(0));
      continue;
    }
    const int64_t begin = cursor_->offset();
    const int64_t run = std::min({rows_left_, chunk_rows_ - rows, kRowsAtOnce});
    HOWDAH_RETURN_IF_ERROR(DecodeRows(run));
    rows += run;
    bytes += cursor_->offset() - begin;
  }
  if (rows == 0) return nullptr;
  std::vector<std::shared_ptr<arrow::ArrayData>> columns;
  for (const Column& column : columns_) {
    if (column.decoded != nullptr) {
      HOWDAH_ASSIGN_OR_RETURN(columns.emplace_back(), column.decoded->Finish());
      continue;
    }
    HOWDAH_ASSIGN_OR_RETURN(const auto array,
                            arrow::MakeArrayFromScalar(*column.value, rows, pool_));
    columns.push_back(array->data());
  }
  return arrow::RecordBatch::Make(schema_, rows, std::move(columns));
}

}  // namespace howdah
