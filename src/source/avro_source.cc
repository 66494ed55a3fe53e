#include "source/avro_source.h"

#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <algorithm>
#include <utility>

#include "avro/arrow_type.h"
#include "avro/container.h"
#include "avro/resolution.h"
#include "source/avro_range.h"
#include "source/guard.h"
#include "source/range_chunks.h"
#include "source/text_units.h"

namespace howdah {
namespace {

bool Has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The columns of `record`, and those that are asked for by an alias.
Result<std::shared_ptr<arrow::Schema>> ColumnsOf(const AvroNode& record,
                                                 const std::vector<std::string>& wanted) {
  arrow::FieldVector fields;
  const auto add = [&](const std::string& name, const AvroField& field) -> Status {
    const auto column = AvroFieldColumn(field);
    if (!column.ok() && Has(wanted, name)) return column.status();
    const bool nullable = !column.ok() || column->nullable;
    fields.push_back(arrow::field(name, column.ok() ? column->type : arrow::null(),
                                  nullable, ResolutionOf(field)));
    return Status::OK();
  };
  for (const AvroField& field : record.fields) {
    HOWDAH_RETURN_IF_ERROR(add(field.name, field));
  }
  for (const std::string& name : wanted) {
    const AvroField* const field =
        FindAvroField(record, *arrow::field(name, arrow::null()));
    if (field == nullptr || field->name == name) continue;
    HOWDAH_RETURN_IF_ERROR(add(name, *field));
  }
  return arrow::schema(std::move(fields));
}

class AvroSource final : public SourceFormat {
 public:
  explicit AvroSource(const TextSourceOptions& options) : options_(options) {}

  const std::string& name() const override {
    static const std::string name = "avro";
    return name;
  }
  const std::vector<std::string>& extensions() const override {
    static const std::vector<std::string> extensions = {".avro"};
    return extensions;
  }

  Result<SourceFileInfo> Inspect(ByteSource& file,
                                 const InspectOptions& options) const override {
    SourceFileInfo info;
    const Status read = Guarded([&]() -> Status {
      HOWDAH_ASSIGN_OR_RETURN(const AvroFile avro, OpenAvroFile(file));
      const auto columns = ColumnsOf(avro.schema.record(), options.columns);
      if (!columns.ok()) return WithContext(columns.status(), file.name());
      info.schema = *columns;
      TextUnits units(options_.unit_bytes);
      BlockWalk walk(file, avro.header);
      int64_t begin = avro.header.bytes;
      for (BlockPlace block;;) {
        HOWDAH_ASSIGN_OR_RETURN(const bool more, walk.Next(&block));
        if (!more) break;
        HOWDAH_RETURN_IF_ERROR(CheckAvroBlock(file, avro, block));
        const int64_t end =
            block.offset + block.bytes + static_cast<int64_t>(sizeof(SyncMarker));
        units.Add(block.rows, begin, end);
        begin = end;
      }
      info.units = units.Take();
      return Status::OK();
    });
    HOWDAH_RETURN_IF_ERROR(DecodeError(read, file.name()));
    return info;
  }

  std::shared_ptr<arrow::DataType> CommonType(
      const std::shared_ptr<arrow::DataType>& a,
      const std::shared_ptr<arrow::DataType>& b) const override {
    return CommonAvroType(a, b);
  }

  std::shared_ptr<arrow::Field> FindColumn(const arrow::Schema& schema,
                                           const arrow::Field& column) const override {
    return FindAvroColumn(schema.fields(), column);
  }

  bool HasDefault(const arrow::Field& column) const override {
    return HasAvroDefault(column);
  }

  Result<std::unique_ptr<ChunkReader>> OpenChunks(
      const Split& split, std::vector<std::shared_ptr<ByteSource>> files,
      const SplitReadOptions& options) const override {
    const auto open = [this, schema = options.schema,
                       pool = options.pool != nullptr ? options.pool
                                                      : arrow::default_memory_pool()](
                          std::shared_ptr<ByteSource> file, int64_t first_byte,
                          int64_t end_byte) -> Result<NextRows> {
      HOWDAH_RETURN_IF_ERROR(CheckRange(*file, first_byte, end_byte));
      HOWDAH_ASSIGN_OR_RETURN(const std::shared_ptr<AvroRange> range,
                              AvroRange::Open(std::move(file), first_byte, end_byte,
                                              schema, options_.block_bytes, pool));
      return [range] { return range->Next(); };
    };
    return MakeRangeChunkReader(split, std::move(files), open);
  }

 private:
  const TextSourceOptions options_;
};

}  // namespace

const SourceFormat& AvroSourceFormat() {
  static const AvroSource format{TextSourceOptions{}};
  return format;
}

std::unique_ptr<SourceFormat> MakeAvroSource(const TextSourceOptions& options) {
  return std::make_unique<AvroSource>(options);
}

}  // namespace howdah
