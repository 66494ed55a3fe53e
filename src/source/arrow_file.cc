#include "source/arrow_file.h"

#include <arrow/ipc/options.h>
#include <arrow/ipc/reader.h>
#include <arrow/memory_pool.h>
#include <arrow/type.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "base/arrow_io.h"
#include "source/arrow_message.h"
#include "source/columns.h"
#include "source/guard.h"

namespace howdah {
namespace {

constexpr std::string_view kMagic = "ARROW1";
constexpr std::string_view kFeather1 = "FEA1";

Result<std::string> ReadText(ByteSource& file, int64_t offset, size_t bytes) {
  std::string text(bytes, '\0');
  HOWDAH_ASSIGN_OR_RETURN(const int64_t read,
                          file.ReadAt(offset, std::as_writable_bytes(std::span(text))));
  text.resize(static_cast<size_t>(read));
  return text;
}

std::vector<int> Indices(const arrow::Schema& schema,
                         const std::vector<std::string>& columns) {
  std::vector<int> indices;
  for (int i = 0; i < schema.num_fields(); ++i) {
    if (columns.empty() || std::find(columns.begin(), columns.end(),
                                     schema.field(i)->name()) != columns.end()) {
      indices.push_back(i);
    }
  }
  return indices;
}

SourceUnit UnitOf(const ArrowMessage& message, const arrow::Schema& schema,
                  const std::vector<int>& columns) {
  return {.rows = message.rows,
          .bytes = ColumnBytes(schema, columns, message.buffer_bytes)};
}

Status InspectFile(ByteSource& file, const std::vector<std::string>& columns,
                   SourceFileInfo* info) {
  ARROW_ASSIGN_OR_RAISE(const auto reader,
                        arrow::ipc::RecordBatchFileReader::Open(
                            AsArrowFile(file), ArrowReadOptions(nullptr)));
  info->schema = reader->schema();
  const std::vector<int> indices = Indices(*info->schema, columns);
  ARROW_ASSIGN_OR_RAISE(const auto offsets, ReadArrowFooter(file));
  if (static_cast<int64_t>(offsets.size()) != reader->num_record_batches()) {
    return Status::Invalid("its footer cannot be read");
  }
  for (const int64_t offset : offsets) {
    ARROW_ASSIGN_OR_RAISE(const ArrowMessage message, ReadArrowMessage(file, offset));
    if (message.kind != ArrowMessage::Kind::kRecords) {
      return Status::Invalid("its footer has a record batch at byte ", offset,
                             " where there is none");
    }
    info->units.push_back(UnitOf(message, *info->schema, indices));
  }
  return Status::OK();
}

Status InspectStream(ByteSource& file, const std::vector<std::string>& columns,
                     SourceFileInfo* info) {
  ARROW_ASSIGN_OR_RAISE(const auto reader,
                        arrow::ipc::RecordBatchStreamReader::Open(
                            AsArrowFile(file), ArrowReadOptions(nullptr)));
  info->schema = reader->schema();
  const std::vector<int> indices = Indices(*info->schema, columns);
  SourceUnit unit{.end_byte = file.size()};
  for (int64_t offset = 0;;) {
    if (offset == file.size()) {
      return Status::Invalid(
          "its end mark is missing: the stream is cut, or its writer "
          "was not closed");
    }
    ARROW_ASSIGN_OR_RAISE(const ArrowMessage message, ReadArrowMessage(file, offset));
    offset = message.end_byte;
    if (message.kind == ArrowMessage::Kind::kEnd) {
      if (offset == file.size()) break;
      return Status::Invalid("behind its end mark at byte ", offset, " there are ",
                             file.size() - offset,
                             " more bytes: make files of streams that were joined");
    }
    const SourceUnit more = UnitOf(message, *info->schema, indices);
    if (__builtin_add_overflow(unit.rows, more.rows, &unit.rows) ||
        __builtin_add_overflow(unit.bytes, more.bytes, &unit.bytes)) {
      return Status::Invalid("it claims more rows than there can be");
    }
  }
  info->units.push_back(unit);
  info->undivided = "an Arrow stream has no list of its record batches";
  return Status::OK();
}

}  // namespace

arrow::ipc::IpcReadOptions ArrowReadOptions(arrow::MemoryPool* pool) {
  auto options = arrow::ipc::IpcReadOptions::Defaults();
  options.memory_pool = pool != nullptr ? pool : arrow::default_memory_pool();
  options.use_threads = false;
  options.ensure_alignment = arrow::ipc::Alignment::kDataTypeSpecificAlignment;
  return options;
}

Result<ArrowLayout> ArrowLayoutOf(ByteSource& file) {
  const std::string& name = file.name();
  if (file.size() == 0) {
    return Error(ErrorKind::kCorruption, "{}: not an Arrow file: it is empty", name);
  }
  HOWDAH_ASSIGN_OR_RETURN(const std::string head, ReadText(file, 0, kMagic.size()));
  if (head.starts_with(kFeather1)) {
    return Error(ErrorKind::kUnsupported,
                 "{}: a Feather file of version 1: write it in version 2", name);
  }
  if (head != kMagic) {
    // A stream's first message: its mark and length, or before Arrow 0.15 the length.
    if (head.starts_with("\xff\xff\xff\xff") ||
        (head.size() >= 4 && head[3] == '\0' && head[2] == '\0')) {
      return ArrowLayout::kStream;
    }
    return Error(ErrorKind::kCorruption,
                 "{}: not an Arrow file: it begins neither with 'ARROW1' nor with a "
                 "stream's message",
                 name);
  }
  const auto magic = static_cast<int64_t>(kMagic.size());
  HOWDAH_ASSIGN_OR_RETURN(
      const std::string tail,
      ReadText(file, std::max<int64_t>(0, file.size() - magic), kMagic.size()));
  if (file.size() < 2 * magic || tail != kMagic) {
    return Error(ErrorKind::kCorruption,
                 "{}: cut Arrow file: its end is missing (after {} bytes there is no "
                 "footer)",
                 name, file.size());
  }
  return ArrowLayout::kFile;
}

Result<SourceFileInfo> InspectArrow(ByteSource& file, ArrowLayout layout,
                                    const std::vector<std::string>& columns) {
  SourceFileInfo info;
  const Status read = Guarded([&] {
    return layout == ArrowLayout::kFile ? InspectFile(file, columns, &info)
                                        : InspectStream(file, columns, &info);
  });
  HOWDAH_RETURN_IF_ERROR(
      DecodeError(read, fmt::format("{}: corrupt Arrow file", file.name())));
  HOWDAH_RETURN_IF_ERROR(CheckNames(file.name(), *info.schema));
  return info;
}

}  // namespace howdah
