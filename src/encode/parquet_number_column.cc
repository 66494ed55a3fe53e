#include "encode/parquet_number_column.h"

#include <arrow/array/array_nested.h>
#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>
#include <arrow/util/compression.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <span>
#include <utility>

#include "base/digest.h"
#include "base/snappy_literals.h"
#include "base/varint.h"
#include "encode/parquet_levels.h"
#include "encode/parquet_page_header.h"

namespace howdah {
namespace {

constexpr int64_t kMostLists = int64_t{1} << 20;  // in a page: empty ones have no bytes
// How often a page is compressed to see whether that pays, where it did not before.
constexpr int64_t kTryEvery = 16;

std::span<const std::byte> Bytes(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::span<const std::byte> Bytes(const arrow::Buffer& buffer) {
  return std::as_bytes(std::span(buffer.data(), static_cast<size_t>(buffer.size())));
}

const arrow::DataType& ValueType(const arrow::Field& field) {
  const arrow::DataType& type = *field.type();
  return type.id() == arrow::Type::LIST ? *type.field(0)->type() : type;
}

template <typename Float>
std::string Plain(Float value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

template <typename Float>
Float FromPlain(const std::string& bytes) {
  Float value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

/// Make `*range` hold `values` too. Comparisons with NaN are false, so it never counts.
template <typename Float>
void Extend(std::span<const Float> values, std::optional<MinMax>* range) {
  constexpr Float kInfinity = std::numeric_limits<Float>::infinity();
  constexpr size_t kLanes = 8;  // at the same time: each waits for its last comparison
  std::array<Float, kLanes> least, most;
  least.fill(*range ? FromPlain<Float>((*range)->min) : kInfinity);
  most.fill(*range ? FromPlain<Float>((*range)->max) : -kInfinity);
  const auto take = [&](size_t lane, Float value) {
    least[lane] = value < least[lane] ? value : least[lane];
    most[lane] = value > most[lane] ? value : most[lane];
  };
  size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) take(lane, values[i + lane]);
  }
  for (; i < values.size(); ++i) take(0, values[i]);
  const Float min = *std::ranges::min_element(least);
  const Float max = *std::ranges::max_element(most);
  if (min > max) return;  // there was NaN only
  // Readers that order zeros by their sign must find either.
  *range = {.min = Plain(min == 0 ? -Float{0} : min),
            .max = Plain(max == 0 ? Float{0} : max)};
}

}  // namespace

bool NumberColumn::Fits(const arrow::Field& field) {
  if (field.nullable()) return false;
  if (arrow::is_physical_floating(field.type()->id())) return true;
  if (field.type()->id() != arrow::Type::LIST) return false;
  const arrow::Field& element = *field.type()->field(0);
  switch (element.type()->id()) {
    case arrow::Type::FLOAT:
    case arrow::Type::DOUBLE:
    case arrow::Type::INT32:
    case arrow::Type::INT64:
      return !element.nullable();
    default:
      return false;
  }
}

NumberColumn::NumberColumn(const arrow::Field& field,
                           std::unique_ptr<arrow::util::Codec> codec,
                           bool stores_incompressible, int64_t page_bytes,
                           arrow::MemoryPool* pool)
    : value_type_(ValueType(field).id()),
      value_bytes_(ValueType(field).byte_width()),
      in_lists_(field.type()->id() == arrow::Type::LIST),
      codec_(std::move(codec)),
      stores_incompressible_(stores_incompressible),
      page_bytes_(page_bytes),
      pool_(pool) {}

NumberColumn::~NumberColumn() = default;

Status NumberColumn::Append(const arrow::Array& rows) {
  HOWDAH_RETURN_IF_ERROR(in_lists_ ? AppendLists(rows) : AppendNumbers(rows));
  rows_ += rows.length();
  return Status::OK();
}

Status NumberColumn::AppendNumbers(const arrow::Array& rows) {
  if (rows.null_count() > 0) {
    return Error(ErrorKind::kInvalidInput, "a null in a column of required numbers");
  }
  const uint8_t* values =
      rows.length() == 0 ? nullptr
                         : rows.data()->buffers[1]->data() + rows.offset() * value_bytes_;
  if (value_type_ == arrow::Type::FLOAT) {
    Extend(std::span(reinterpret_cast<const float*>(values), rows.length()), &min_max_);
  } else {
    Extend(std::span(reinterpret_cast<const double*>(values), rows.length()), &min_max_);
  }
  for (int64_t left = rows.length(); left > 0;) {
    if (page_rows_ == 0) HOWDAH_RETURN_IF_ERROR(BeginPage());
    const int64_t taken = std::min(left, (page_bytes_ - values_size_) / value_bytes_);
    HOWDAH_RETURN_IF_ERROR(AddValues(values, taken * value_bytes_));
    page_rows_ += taken;
    values += taken * value_bytes_;
    left -= taken;
    if (values_size_ == page_bytes_) HOWDAH_RETURN_IF_ERROR(EndPage());
  }
  return Status::OK();
}

Status NumberColumn::AppendLists(const arrow::Array& rows) {
  const auto& lists = static_cast<const arrow::ListArray&>(rows);
  const int32_t* offsets = lists.raw_value_offsets();
  const arrow::Array& elements = *lists.values();
  if (lists.null_count() > 0 || elements.null_count() > 0) {
    return Error(ErrorKind::kInvalidInput, "a null in a column of required lists");
  }
  const int64_t skipped = elements.offset() * value_bytes_;
  const uint8_t* values =
      elements.length() == 0 ? nullptr : elements.data()->buffers[1]->data() + skipped;
  const int64_t count = lists.length();
  for (int64_t i = 0; i < count;) {
    if (page_rows_ == 0) HOWDAH_RETURN_IF_ERROR(BeginPage());
    const int64_t room = std::max<int64_t>(page_bytes_ - values_size_, 0) / value_bytes_;
    int64_t end =
        std::upper_bound(offsets + i + 1, offsets + count + 1, offsets[i] + room) -
        (offsets + 1);
    end = std::min(end, i + kMostLists - page_rows_);
    if (page_rows_ == 0)
      end = std::max(end, i + 1);  // one that is larger has its own page
    if (end > i) {
      AddLengths(offsets + i, end - i);
      const int64_t bytes = (int64_t{offsets[end]} - offsets[i]) * value_bytes_;
      HOWDAH_RETURN_IF_ERROR(
          AddValues(values + (int64_t{offsets[i]} * value_bytes_), bytes));
      i = end;
    }
    if (i < count) HOWDAH_RETURN_IF_ERROR(EndPage());
  }
  return Status::OK();
}

Status NumberColumn::BeginPage() {
  form_ = Form::kStored;
  if (codec_ != nullptr) {
    const bool literals =
        stores_incompressible_ && !compresses_ && pages_begun_ % kTryEvery != 0;
    form_ = literals ? Form::kLiterals : Form::kCompressed;
  }
  ++pages_begun_;
  const int64_t tags = kLiteralTagBytes * (page_bytes_ / kMostLiteral + 1);
  return arrow::AllocateResizableBuffer(page_bytes_ + tags, pool_).Value(&body_);
}

/// \param offsets  of `lists` lists, at least one, and the end of the last.
void NumberColumn::AddLengths(const int32_t* offsets, int64_t lists) {
  if (page_rows_ == 0) length_ = offsets[1] - offsets[0];
  bool equal = lengths_.empty() && length_ > 0;
  for (int64_t i = 0; equal && i < lists; ++i) {
    equal = offsets[i + 1] - offsets[i] == length_;
  }
  if (!equal) {
    if (lengths_.empty()) {
      lengths_.assign(static_cast<size_t>(page_rows_), static_cast<int32_t>(length_));
    }
    for (int64_t i = 0; i < lists; ++i) lengths_.push_back(offsets[i + 1] - offsets[i]);
  }
  page_rows_ += lists;
}

Status NumberColumn::AddValues(const uint8_t* values, int64_t bytes) {
  values_size_ += bytes;
  // Beside the values: levels, tags, and what a compressor adds to what does not shrink.
  constexpr int64_t kMostPage = std::numeric_limits<int32_t>::max() / 2;
  if (values_size_ > kMostPage) {
    return Error(ErrorKind::kResourceExhausted,
                 "a list of {} bytes; a page holds at most {}", bytes, kMostPage);
  }
  const int64_t tags = kLiteralTagBytes * (bytes / kMostLiteral + 2);
  HOWDAH_RETURN_IF_ERROR(body_->Reserve(body_bytes_ + bytes + tags));
  uint8_t* out = body_->mutable_data();
  if (form_ != Form::kLiterals) {
    if (bytes > 0) std::memcpy(out + body_bytes_, values, static_cast<size_t>(bytes));
    body_bytes_ += bytes;
    return Status::OK();
  }
  while (bytes > 0) {
    if (literal_bytes_ == kMostLiteral || body_bytes_ == 0) {
      body_bytes_ += kLiteralTagBytes;
      literal_bytes_ = 0;
    }
    const int64_t part = std::min(bytes, kMostLiteral - literal_bytes_);
    std::memcpy(out + body_bytes_, values, static_cast<size_t>(part));
    values += part;
    bytes -= part;
    body_bytes_ += part;
    literal_bytes_ += part;
    PutLiteralTag(literal_bytes_,
                  reinterpret_cast<std::byte*>(out + body_bytes_ - literal_bytes_ -
                                               kLiteralTagBytes));
  }
  return Status::OK();
}

Status NumberColumn::EndPage() {
  std::string levels;
  if (in_lists_) {
    levels =
        lengths_.empty() ? EqualListLevels(page_rows_, length_) : ListLevels(lengths_);
  }
  Page page;
  int64_t places = page_rows_ * length_;
  if (!lengths_.empty()) {
    places = 0;
    for (const int32_t length : lengths_) places += std::max(length, 1);
  }
  const int64_t uncompressed = static_cast<int64_t>(levels.size()) + values_size_;
  page.levels = static_cast<int32_t>(places);
  page.elements = static_cast<int32_t>(values_size_ / value_bytes_);
  page.uncompressed_bytes = static_cast<int32_t>(uncompressed);
  // Keeps a page's memory unless much of it is empty: pages are alike.
  HOWDAH_RETURN_IF_ERROR(body_->Resize(body_bytes_, body_bytes_ < page_bytes_ / 2));
  page.body = std::move(body_);
  if (form_ == Form::kStored) page.head = levels;
  if (form_ == Form::kLiterals) {
    HOWDAH_ASSIGN_OR_RETURN(page.head, BeginSnappy(levels, uncompressed));
  }
  if (form_ == Form::kCompressed) HOWDAH_RETURN_IF_ERROR(Compress(&page, levels));
  pages_.push_back(std::move(page));
  body_bytes_ = literal_bytes_ = values_size_ = page_rows_ = 0;
  lengths_.clear();
  return Status::OK();
}

/// The beginning of a stream of Snappy that comes to `bytes`: their number, and `levels`,
/// compressed. Literals may follow: what refers back refers to the levels only.
Result<std::string> NumberColumn::BeginSnappy(const std::string& levels, int64_t bytes) {
  const auto* plain = reinterpret_cast<const uint8_t*>(levels.data());
  const auto size = static_cast<int64_t>(levels.size());
  std::string stream(static_cast<size_t>(codec_->MaxCompressedLen(size, plain)), '\0');
  auto* out = reinterpret_cast<uint8_t*>(stream.data());
  HOWDAH_ASSIGN_OR_RETURN(
      const int64_t compressed,
      codec_->Compress(size, plain, static_cast<int64_t>(stream.size()), out));
  stream.resize(static_cast<size_t>(compressed));
  std::string begun, own_number;
  AppendVarint(static_cast<uint64_t>(bytes), &begun);
  AppendVarint(levels.size(), &own_number);
  return begun + stream.substr(own_number.size());
}

/// Make of a page's values its compressed bytes.
Status NumberColumn::Compress(Page* page, const std::string& levels) {
  const int64_t bytes = page->uncompressed_bytes;
  HOWDAH_ASSIGN_OR_RETURN(const auto plain, arrow::AllocateBuffer(bytes, pool_));
  std::memcpy(plain->mutable_data(), levels.data(), levels.size());
  if (page->body->size() > 0) {
    std::memcpy(plain->mutable_data() + levels.size(), page->body->data(),
                static_cast<size_t>(page->body->size()));
  }
  const int64_t most = codec_->MaxCompressedLen(bytes, plain->data());
  HOWDAH_ASSIGN_OR_RETURN(page->body, arrow::AllocateResizableBuffer(most, pool_));
  HOWDAH_ASSIGN_OR_RETURN(
      const int64_t compressed,
      codec_->Compress(bytes, plain->data(), most, page->body->mutable_data()));
  compresses_ = compressed < bytes - bytes / 32;
  return page->body->Resize(compressed, /*shrink_to_fit=*/true);
}

Result<ColumnChunk> NumberColumn::WriteChunk(arrow::io::OutputStream& out) {
  if (page_rows_ > 0) HOWDAH_RETURN_IF_ERROR(EndPage());
  ColumnChunk chunk{.rows = rows_, .pages = static_cast<int32_t>(pages_.size())};
  HOWDAH_ASSIGN_OR_RETURN(chunk.first_page, out.Tell());
  for (Page& page : pages_) {
    const int64_t stored = static_cast<int64_t>(page.head.size()) + page.body->size();
    const std::string header =
        Serialize({.uncompressed_bytes = page.uncompressed_bytes,
                   .compressed_bytes = static_cast<int32_t>(stored),
                   .crc32 = Crc32(Crc32(0, Bytes(page.head)), Bytes(*page.body)),
                   .levels = page.levels});
    HOWDAH_RETURN_IF_ERROR(out.Write(header + page.head));
    HOWDAH_RETURN_IF_ERROR(out.Write(page.body->data(), page.body->size()));
    page.body.reset();
    const auto header_bytes = static_cast<int64_t>(header.size());
    chunk.levels += page.levels;
    chunk.elements += page.elements;
    chunk.compressed_bytes += header_bytes + stored;
    chunk.uncompressed_bytes += header_bytes + page.uncompressed_bytes;
  }
  chunk.min_max = std::exchange(min_max_, std::nullopt);
  pages_.clear();
  rows_ = 0;
  return chunk;
}

}  // namespace howdah
