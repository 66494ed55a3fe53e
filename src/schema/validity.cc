#include "schema/validity.h"

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/util/bitmap_ops.h>

namespace howdah {

Result<std::shared_ptr<arrow::Buffer>> ValidityFromZero(const arrow::Array& array) {
  if (array.null_count() == 0) return nullptr;
  const std::shared_ptr<arrow::Buffer>& bitmap = array.null_bitmap();
  if (array.offset() == 0) return bitmap;
  return arrow::internal::CopyBitmap(arrow::default_memory_pool(), bitmap->data(),
                                     array.offset(), array.length());
}

std::shared_ptr<arrow::Array> WithType(const arrow::Array& array,
                                       const std::shared_ptr<arrow::DataType>& type) {
  std::shared_ptr<arrow::ArrayData> data = array.data()->Copy();
  data->type = type;
  return arrow::MakeArray(std::move(data));
}

}  // namespace howdah
