#include "model/tensor_bridge.h"

#include <arrow/array/array_binary.h>
#include <arrow/array/array_primitive.h>
#include <arrow/array/util.h>
#include <arrow/buffer.h>
#include <arrow/util/bit_util.h>

#include <cstring>
#include <limits>

namespace howdah {
namespace {

TF_DataType ToDataType(DType dtype) { return static_cast<TF_DataType>(dtype); }

Result<TensorHandle> Handle(const TensorFlowApi& api, TF_Tensor* tensor) {
  if (tensor == nullptr) {
    return Error(ErrorKind::kInternal,
                 "TensorFlow refused the values of an input tensor");
  }
  return TensorHandle(tensor, TensorDeleter{&api});
}

Result<TensorHandle> Allocate(const TensorFlowApi& api, const Tensor& tensor,
                              size_t bytes) {
  return Handle(api, api.TF_AllocateTensor(ToDataType(tensor.dtype), tensor.shape.data(),
                                           static_cast<int>(tensor.shape.size()), bytes));
}

using ArrayRef = std::shared_ptr<arrow::Array>;

void DropArray(void*, size_t, void* array) { delete static_cast<ArrayRef*>(array); }

Result<TensorHandle> FixedWidthToTensorFlow(const TensorFlowApi& api,
                                            const Tensor& tensor,
                                            CopyCounters* counters) {
  const arrow::ArrayData& data = *tensor.values->data();
  const auto width = static_cast<int64_t>(api.TF_DataTypeSize(ToDataType(tensor.dtype)));
  const int64_t bytes = data.length * width;
  if (bytes == 0) return Allocate(api, tensor, 0);
  const uint8_t* values = data.buffers[1]->data() + data.offset * width;
  const bool aligned = reinterpret_cast<uintptr_t>(values) % api.alignment() == 0;
  ++(aligned ? counters->zero_copy_inputs : counters->copied_inputs);
  // TensorFlow never writes into memory that it does not own.
  return Handle(api,
                api.TF_NewTensor(ToDataType(tensor.dtype), tensor.shape.data(),
                                 static_cast<int>(tensor.shape.size()),
                                 const_cast<uint8_t*>(values), static_cast<size_t>(bytes),
                                 DropArray, new ArrayRef(tensor.values)));
}

Result<TensorHandle> BoolToTensorFlow(const TensorFlowApi& api, const Tensor& tensor,
                                      CopyCounters* counters) {
  const auto& values = static_cast<const arrow::BooleanArray&>(*tensor.values);
  HOWDAH_ASSIGN_OR_RETURN(TensorHandle handle,
                          Allocate(api, tensor, static_cast<size_t>(values.length())));
  auto* bytes = static_cast<uint8_t*>(api.TF_TensorData(handle.get()));
  for (int64_t i = 0; i < values.length(); ++i) bytes[i] = values.Value(i) ? 1 : 0;
  ++counters->copied_inputs;
  return handle;
}

// The strings of a tensor: one block of bytes and a view for each string.
//
// Arrow's own bytes cannot be viewed: some ops read a string up to a NUL byte
// (tf.strings.upper with encoding "utf-8" hands c_str() to ICU), and would run on into
// the strings behind it.
struct StringViews {
  std::unique_ptr<char[]> bytes;
  std::unique_ptr<TF_TString[]> views;
};

void DropStringViews(void*, size_t, void* views) {
  delete static_cast<StringViews*>(views);
}

template <typename ArrayType>
std::unique_ptr<StringViews> CopyStrings(const ArrayType& array) {
  const auto count = static_cast<size_t>(array.length());
  auto strings = std::make_unique<StringViews>();
  strings->bytes.reset(
      new char[static_cast<size_t>(array.total_values_length()) + count]);
  strings->views.reset(new TF_TString[count]);
  char* end = strings->bytes.get();
  for (size_t i = 0; i < count; ++i) {
    const std::string_view value = array.GetView(static_cast<int64_t>(i));
    if (!value.empty()) std::memcpy(end, value.data(), value.size());
    end[value.size()] = '\0';
    TF_TString_Init(&strings->views[i]);
    TF_TString_AssignView(&strings->views[i], end, value.size());
    end += value.size() + 1;
  }
  return strings;
}

Result<TensorHandle> StringToTensorFlow(const TensorFlowApi& api, const Tensor& tensor,
                                        CopyCounters* counters) {
  const auto count = static_cast<size_t>(tensor.values->length());
  if (count == 0) return Allocate(api, tensor, 0);
  const arrow::Type::type id = tensor.values->type_id();
  const bool large = id == arrow::Type::LARGE_BINARY || id == arrow::Type::LARGE_STRING;
  StringViews* owned =
      (large ? CopyStrings(static_cast<const arrow::LargeBinaryArray&>(*tensor.values))
             : CopyStrings(static_cast<const arrow::BinaryArray&>(*tensor.values)))
          .release();
  ++counters->copied_inputs;
  return Handle(
      api, api.TF_NewTensor(TF_STRING, tensor.shape.data(),
                            static_cast<int>(tensor.shape.size()), owned->views.get(),
                            count * sizeof(TF_TString), DropStringViews, owned));
}

// TensorFlow's memory as Arrow's.
class TensorBuffer final : public arrow::Buffer {
 public:
  TensorBuffer(const uint8_t* data, int64_t bytes, TensorHandle handle)
      : Buffer(data, bytes), handle_(std::move(handle)) {}

 private:
  TensorHandle handle_;
};

Result<ArrayRef> StringsToArray(const TF_TString* strings, int64_t count) {
  int64_t bytes = 0;
  for (int64_t i = 0; i < count; ++i) {
    bytes += static_cast<int64_t>(TF_TString_GetSize(&strings[i]));
  }
  if (bytes > std::numeric_limits<int32_t>::max()) {
    return Error(
        ErrorKind::kResourceExhausted,
        "one run gave {} bytes of strings, the most is 2 GiB; use fewer rows in a run",
        bytes);
  }
  constexpr int64_t kOffsetBytes = sizeof(int32_t);
  HOWDAH_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> offsets,
                          arrow::AllocateBuffer((count + 1) * kOffsetBytes));
  HOWDAH_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> data,
                          arrow::AllocateBuffer(bytes));
  auto* offset = reinterpret_cast<int32_t*>(offsets->mutable_data());
  uint8_t* end = data->mutable_data();
  *offset = 0;
  for (int64_t i = 0; i < count; ++i) {
    const size_t size = TF_TString_GetSize(&strings[i]);
    if (size > 0) std::memcpy(end, TF_TString_GetDataPointer(&strings[i]), size);
    end += size;
    offset[i + 1] = offset[i] + static_cast<int32_t>(size);
  }
  return std::make_shared<arrow::BinaryArray>(count, offsets, data);
}

Result<ArrayRef> BytesToBoolArray(const uint8_t* bytes, int64_t count) {
  HOWDAH_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> bits,
                          arrow::AllocateEmptyBitmap(count));
  uint8_t* data = bits->mutable_data();
  for (int64_t i = 0; i < count; ++i) {
    if (bytes[i] != 0) arrow::bit_util::SetBit(data, i);
  }
  return std::make_shared<arrow::BooleanArray>(count, bits);
}

}  // namespace

Result<TensorHandle> ToTensorFlow(const TensorFlowApi& api, const Tensor& tensor,
                                  CopyCounters* counters) {
  switch (tensor.dtype) {
    case DType::kString:
      return StringToTensorFlow(api, tensor, counters);
    case DType::kBool:
      return BoolToTensorFlow(api, tensor, counters);
    default:
      return FixedWidthToTensorFlow(api, tensor, counters);
  }
}

Result<Tensor> FromTensorFlow(const TensorFlowApi& api, TensorHandle handle, DType dtype,
                              CopyCounters* counters) {
  const auto got = static_cast<DType>(api.TF_TensorType(handle.get()));
  if (got != dtype) {
    return Error(ErrorKind::kSchemaMismatch, "expected {}, got {}", Name(dtype),
                 Name(got));
  }
  Tensor tensor{.dtype = dtype};
  for (int i = 0; i < api.TF_NumDims(handle.get()); ++i) {
    tensor.shape.push_back(api.TF_Dim(handle.get(), i));
  }
  const int64_t count = api.TF_TensorElementCount(handle.get());
  const auto* data = static_cast<const uint8_t*>(api.TF_TensorData(handle.get()));
  if (count == 0) {
    HOWDAH_ASSIGN_OR_RETURN(tensor.values, arrow::MakeEmptyArray(ValueType(dtype)));
  } else if (dtype == DType::kString) {
    HOWDAH_ASSIGN_OR_RETURN(
        tensor.values, StringsToArray(reinterpret_cast<const TF_TString*>(data), count));
    ++counters->copied_outputs;
  } else if (dtype == DType::kBool) {
    HOWDAH_ASSIGN_OR_RETURN(tensor.values, BytesToBoolArray(data, count));
    ++counters->copied_outputs;
  } else {
    // The count times the width, as TensorFlow's own byte size may include padding.
    const auto width = static_cast<int64_t>(api.TF_DataTypeSize(ToDataType(dtype)));
    auto buffer = std::make_shared<TensorBuffer>(data, count * width, std::move(handle));
    tensor.values = arrow::MakeArray(
        arrow::ArrayData::Make(ValueType(dtype), count, {nullptr, buffer}, 0));
    ++counters->zero_copy_outputs;
  }
  return tensor;
}

}  // namespace howdah
