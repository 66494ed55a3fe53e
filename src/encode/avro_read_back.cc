#include "encode/avro_read_back.h"

#include <utility>

#include "avro/container.h"
#include "avro/schema_text.h"

namespace howdah {

Result<ReadBackFile> ReadBackAvro(ByteSource& file) {
  HOWDAH_ASSIGN_OR_RETURN(ContainerHeader header, ReadContainerHeader(file));
  ReadBackFile account;
  const auto schema = FromAvroSchema(header.schema);
  if (!schema.ok()) return WithContext(schema.status(), file.name());
  account.schema = *schema;
  account.metadata = std::move(header.metadata);
  BlockWalk walk(file, header);
  for (BlockPlace block;;) {
    HOWDAH_ASSIGN_OR_RETURN(const bool more, walk.Next(&block));
    if (!more) return account;
    if (__builtin_add_overflow(account.rows, block.rows, &account.rows)) {
      return Error(ErrorKind::kCorruption, "{}: its blocks claim more than 2^63 rows",
                   file.name());
    }
    ++account.row_groups;
  }
}

}  // namespace howdah
