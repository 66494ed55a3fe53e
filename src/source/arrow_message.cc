#include "source/arrow_message.h"

#include <arrow/buffer.h>
#include <arrow/extension_type.h>
#include <arrow/io/interfaces.h>
#include <arrow/ipc/message.h>
#include <arrow/type.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <span>
#include <string>
#include <string_view>

#include "base/arrow_io.h"
#include "source/flat_table.h"

namespace howdah {
namespace {

// Fields of the tables in format/Message.fbs and format/File.fbs of Arrow's repository.
constexpr int kMessageHeader = 2;
constexpr int kRecordBatchLength = 0;
constexpr int kRecordBatchBuffers = 2;
constexpr size_t kBufferStruct = 16;  // offset, length
constexpr int kFooterRecordBatches = 3;
constexpr size_t kBlockStruct = 24;  // offset, metadata length, body length
constexpr uint32_t kContinuation = 0xFFFFFFFF;
constexpr int64_t kTailBytes = 10;  // length of the footer, ARROW1
// As for Parquet: sums over files cannot overflow.
constexpr int64_t kMostRows = int64_t{1} << 42;

template <typename T>
T At(std::string_view bytes, size_t place) {
  T value;
  std::memcpy(&value, bytes.data() + place, sizeof(T));
  return value;
}

std::string_view View(const arrow::Buffer& buffer) {
  return {reinterpret_cast<const char*>(buffer.data()),
          static_cast<size_t>(buffer.size())};
}

Result<std::shared_ptr<arrow::Buffer>> ReadBytes(ByteSource& file, int64_t offset,
                                                 int64_t bytes) {
  if (offset < 0 || bytes < 0 || offset > file.size() || bytes > file.size() - offset) {
    return Status::Invalid("it claims ", bytes, " bytes from byte ", offset,
                           " on, but ends at byte ", file.size());
  }
  ARROW_ASSIGN_OR_RAISE(auto buffer, AsArrowFile(file)->ReadAt(offset, bytes));
  if (buffer->size() != bytes) return Status::Invalid("it is shorter than it was");
  return buffer;
}

Status ReadRecords(const arrow::Buffer& metadata, ArrowMessage* message) {
  const auto root = FlatTable::Root(View(metadata));
  const auto batch = root.has_value() ? root->Table(kMessageHeader) : std::nullopt;
  if (!batch.has_value()) return Status::Invalid("a record batch has no header");
  message->rows = batch->Get<int64_t>(kRecordBatchLength, 0);
  if (message->rows < 0 || message->rows > kMostRows) {
    return Status::Invalid("a record batch claims ", message->rows, " rows");
  }
  const std::string_view buffers = batch->Structs(kRecordBatchBuffers, kBufferStruct);
  for (size_t i = 0; i < buffers.size(); i += kBufferStruct) {
    message->buffer_bytes.push_back(At<int64_t>(buffers, i + sizeof(int64_t)));
  }
  return Status::OK();
}

/// How many buffers a column of `type` has in a message; -1: its data decide.
int BuffersOf(const arrow::DataType& type) {
  using arrow::Type;
  int own = 2;
  switch (type.id()) {
    case Type::EXTENSION:
      return BuffersOf(*static_cast<const arrow::ExtensionType&>(type).storage_type());
    case Type::NA:
    case Type::RUN_END_ENCODED:
      own = 0;
      break;
    case Type::STRUCT:
    case Type::FIXED_SIZE_LIST:
    case Type::SPARSE_UNION:
      own = 1;
      break;
    case Type::STRING:
    case Type::BINARY:
    case Type::LARGE_STRING:
    case Type::LARGE_BINARY:
    case Type::LIST_VIEW:
    case Type::LARGE_LIST_VIEW:
      own = 3;
      break;
    case Type::STRING_VIEW:
    case Type::BINARY_VIEW:
      return -1;
    default:
      break;
  }
  for (const auto& child : type.fields()) {
    const int buffers = BuffersOf(*child->type());
    if (buffers < 0) return -1;
    own += buffers;
  }
  return own;
}

}  // namespace

Result<ArrowMessage> ReadArrowMessage(ByteSource& file, int64_t offset) {
  ARROW_ASSIGN_OR_RAISE(auto prefix, ReadBytes(file, offset, sizeof(uint32_t)));
  int64_t start = offset + prefix->size();
  auto bytes = At<uint32_t>(View(*prefix), 0);
  if (bytes == kContinuation) {  // since version 0.15 of Arrow
    ARROW_ASSIGN_OR_RAISE(prefix, ReadBytes(file, start, sizeof(uint32_t)));
    start += prefix->size();
    bytes = At<uint32_t>(View(*prefix), 0);
  }
  ArrowMessage message{.end_byte = start};
  if (bytes == 0) return message;
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::Buffer> metadata,
                        ReadBytes(file, start, bytes));
  ARROW_ASSIGN_OR_RAISE(const auto opened, arrow::ipc::Message::Open(metadata, nullptr));
  const int64_t body = opened->body_length();
  start += bytes;
  if (body < 0 || body > file.size() - start) {
    return Status::Invalid("the message at byte ", offset, " claims ", body,
                           " bytes of data from byte ", start,
                           " on, but it ends at byte ", file.size());
  }
  message.end_byte = start + body;
  switch (opened->type()) {
    case arrow::ipc::MessageType::SCHEMA:
      message.kind = ArrowMessage::Kind::kSchema;
      break;
    case arrow::ipc::MessageType::RECORD_BATCH:
      message.kind = ArrowMessage::Kind::kRecords;
      ARROW_RETURN_NOT_OK(ReadRecords(*metadata, &message));
      break;
    default:
      message.kind = ArrowMessage::Kind::kOther;
  }
  return message;
}

Result<std::vector<int64_t>> ReadArrowFooter(ByteSource& file) {
  ARROW_ASSIGN_OR_RAISE(const auto tail,
                        ReadBytes(file, file.size() - kTailBytes, kTailBytes));
  const auto bytes = At<int32_t>(View(*tail), 0);
  ARROW_ASSIGN_OR_RAISE(const auto footer,
                        ReadBytes(file, file.size() - kTailBytes - bytes, bytes));
  const auto root = FlatTable::Root(View(*footer));
  if (!root.has_value()) return Status::Invalid("its footer is none");
  const std::string_view blocks = root->Structs(kFooterRecordBatches, kBlockStruct);
  std::vector<int64_t> offsets;
  for (size_t i = 0; i < blocks.size(); i += kBlockStruct) {
    offsets.push_back(At<int64_t>(blocks, i));
  }
  return offsets;
}

int64_t ColumnBytes(const arrow::Schema& schema, const std::vector<int>& columns,
                    const std::vector<int64_t>& buffer_bytes) {
  int64_t all = 0, wanted = 0;
  for (const int64_t bytes : buffer_bytes) {
    if (__builtin_add_overflow(all, std::max<int64_t>(0, bytes), &all)) return 0;
  }
  size_t next = 0;
  for (int i = 0; i < schema.num_fields(); ++i) {
    const int buffers = BuffersOf(*schema.field(i)->type());
    if (buffers < 0 || static_cast<size_t>(buffers) > buffer_bytes.size() - next) {
      return all;
    }
    const auto begin = buffer_bytes.begin() + static_cast<int64_t>(next);
    if (std::find(columns.begin(), columns.end(), i) != columns.end()) {
      wanted += std::accumulate(
          begin, begin + buffers, int64_t{0},
          [](int64_t sum, int64_t bytes) { return sum + std::max<int64_t>(0, bytes); });
    }
    next += static_cast<size_t>(buffers);
  }
  return next == buffer_bytes.size() ? wanted : all;
}

}  // namespace howdah
