#include "model/meta_graph.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <protozero/pbf_reader.hpp>
#include <protozero/varint.hpp>
#include <string_view>

namespace howdah {
namespace {

using protozero::pbf_reader;
using protozero::pbf_wire_type;
using protozero::tag_and_type;

// What this file throws and catches, beside protozero's exceptions: why the bytes are not
// what they claim to be.
struct BadBytes {
  std::string why;
};

// Field numbers: tensorflow/core/protobuf/saved_model.proto, meta_graph.proto;
// tensorflow/core/framework/tensor_shape.proto.
constexpr auto kBytes = pbf_wire_type::length_delimited;
constexpr auto kVarint = pbf_wire_type::varint;
constexpr uint32_t kSavedModelMetaGraphs = 2;
constexpr uint32_t kMetaGraphInfo = 1;
constexpr uint32_t kMetaGraphSignatures = 5;

void ReadShape(pbf_reader message, TensorSpec* spec) {
  std::vector<int64_t> dims;
  bool unknown_rank = false;
  while (message.next()) {
    switch (message.tag_and_type()) {
      case tag_and_type(2, kBytes): {
        pbf_reader dim = message.get_message();
        int64_t size = 0;
        while (dim.next()) {
          if (dim.tag_and_type() == tag_and_type(1, kVarint)) {
            size = dim.get_int64();
          } else {
            dim.skip();
          }
        }
        if (size < kUnknownDim) throw BadBytes{"has a negative dimension"};
        dims.push_back(size);
        break;
      }
      case tag_and_type(3, kVarint):
        unknown_rank = message.get_bool();
        break;
      default:
        message.skip();
    }
  }
  if (unknown_rank) {
    spec->shape.reset();
  } else {
    spec->shape = std::move(dims);
  }
}

TensorSpec ReadTensorInfo(std::string name, pbf_reader message);

// A CompositeTensor that is a RaggedTensor: its first component holds the flat values,
// the others the row splits, outermost first. Others stay sparse or composite. Source of
// the numbers: meta_graph.proto and struct.proto of tensorflow/core/protobuf; of the
// order: RaggedTensorSpec._to_components.
void ReadComposite(pbf_reader message, TensorSpec* spec) {
  constexpr int32_t kRaggedTensorSpec = 3;
  int32_t type_class = 0;
  std::vector<TensorSpec> components;
  while (message.next()) {
    switch (message.tag_and_type()) {
      case tag_and_type(1, kBytes): {
        pbf_reader type = message.get_message();
        while (type.next()) {
          if (type.tag_and_type() == tag_and_type(1, kVarint)) {
            type_class = type.get_enum();
          } else {
            type.skip();
          }
        }
        break;
      }
      case tag_and_type(2, kBytes):
        components.push_back(ReadTensorInfo(spec->name, message.get_message()));
        break;
      default:
        message.skip();
    }
  }
  spec->is_dense = false;
  if (type_class != kRaggedTensorSpec || components.size() < 2) return;
  const TensorSpec& values = components.front();
  spec->tensor_name = values.tensor_name;
  spec->dtype = values.dtype;
  spec->shape.emplace(components.size(), kUnknownDim);
  if (values.shape && !values.shape->empty()) {
    spec->shape->insert(spec->shape->end(), values.shape->begin() + 1,
                        values.shape->end());
  }
  for (size_t i = 1; i < components.size(); ++i) {
    spec->row_splits.push_back(components[i].tensor_name);
  }
  spec->is_dense = true;
}

TensorSpec ReadTensorInfo(std::string name, pbf_reader message) {
  TensorSpec spec{.name = std::move(name)};
  spec.shape
      .emplace();  // a TensorInfo without a shape is a scalar, as protobuf defaults say
  while (message.next()) {
    switch (message.tag_and_type()) {
      case tag_and_type(1, kBytes):
        spec.tensor_name = message.get_string();
        break;
      case tag_and_type(2, kVarint):
        spec.dtype = static_cast<DType>(message.get_enum());
        break;
      case tag_and_type(3, kBytes):
        ReadShape(message.get_message(), &spec);
        break;
      case tag_and_type(4, kBytes):  // coo_sparse
        spec.is_dense = false;
        message.skip();
        break;
      case tag_and_type(5, kBytes):
        ReadComposite(message.get_message(), &spec);
        break;
      default:
        message.skip();
    }
  }
  return spec;
}

// A map field's entry: string key = 1, message value = 2.
std::pair<std::string, protozero::data_view> ReadMapEntry(pbf_reader entry) {
  std::pair<std::string, protozero::data_view> pair{"", {"", 0}};
  while (entry.next()) {
    switch (entry.tag_and_type()) {
      case tag_and_type(1, kBytes):
        pair.first = entry.get_string();
        break;
      case tag_and_type(2, kBytes):
        pair.second = entry.get_view();
        break;
      default:
        entry.skip();
    }
  }
  return pair;
}

using SpecsByName = std::map<std::string, TensorSpec>;

std::vector<TensorSpec> InOrder(SpecsByName specs) {
  std::vector<TensorSpec> list;
  for (auto& [name, spec] : specs) list.push_back(std::move(spec));
  return list;
}

void ReadSignature(pbf_reader entry, std::map<std::string, SignatureEntry>* signatures) {
  const auto [key, value] = ReadMapEntry(entry);
  SignatureEntry result;
  result.signature.key = key;
  SpecsByName inputs, outputs;
  pbf_reader message(value);
  while (message.next()) {
    switch (message.tag_and_type()) {
      case tag_and_type(1, kBytes):
      case tag_and_type(2, kBytes): {
        SpecsByName& specs = message.tag() == 1 ? inputs : outputs;
        const auto [name, tensor_info] = ReadMapEntry(message.get_message());
        specs[name] = ReadTensorInfo(name, pbf_reader(tensor_info));
        break;
      }
      case tag_and_type(3, kBytes):
        result.signature.method_name = message.get_string();
        break;
      case tag_and_type(4, kBytes): {
        const auto [name, tensor] = ReadMapEntry(message.get_message());
        result.defaults[name] = std::string(tensor);
        break;
      }
      default:
        message.skip();
    }
  }
  for (auto& [name, spec] : inputs) {
    spec.has_default = result.defaults.contains(name);
    if (!spec.row_splits.empty()) spec.is_dense = false;  // only outputs may be ragged
  }
  result.signature.inputs = InOrder(std::move(inputs));
  result.signature.outputs = InOrder(std::move(outputs));
  (*signatures)[key] = std::move(result);
}

void ReadMetaInfo(pbf_reader message, MetaGraphEntry* meta_graph) {
  while (message.next()) {
    switch (message.tag_and_type()) {
      case tag_and_type(4, kBytes):
        meta_graph->tags.push_back(message.get_string());
        break;
      case tag_and_type(5, kBytes):
        meta_graph->tensorflow_version = message.get_string();
        break;
      default:
        message.skip();
    }
  }
  std::sort(meta_graph->tags.begin(), meta_graph->tags.end());
}

// An open file as a protobuf message: fields are found by their headers, payloads are
// read on demand.
class MessageFile {
 public:
  MessageFile(int fd, int64_t size) : fd_(fd), size_(size) {}
  int64_t size() const { return size_; }

  struct Field {
    uint32_t number = 0;
    bool has_payload = false;  // length-delimited: [begin, end) is a message or bytes
    int64_t begin = 0, end = 0;
  };

  // The field whose header stands at `offset` of a message that ends at `limit`.
  Field FieldAt(int64_t offset, int64_t limit) const {
    std::array<char, 2 * protozero::max_varint_length> header{};
    const auto available = std::min<int64_t>(limit - offset, header.size());
    ReadExactly(offset, header.data(), static_cast<size_t>(available));
    const char* position = header.data();
    const char* const end = header.data() + available;
    const uint64_t key = protozero::decode_varint(&position, end);
    Field field{.number = static_cast<uint32_t>(key >> 3)};
    uint64_t length = 0;
    switch (static_cast<pbf_wire_type>(key & 7)) {
      case pbf_wire_type::varint:
        protozero::decode_varint(&position, end);
        break;
      case pbf_wire_type::fixed64:
        length = 8;
        break;
      case pbf_wire_type::fixed32:
        length = 4;
        break;
      case pbf_wire_type::length_delimited:
        length = protozero::decode_varint(&position, end);
        field.has_payload = true;
        break;
      default:
        throw BadBytes{"is not a SavedModel"};
    }
    if (field.number == 0) throw BadBytes{"is not a SavedModel"};
    field.begin = offset + (position - header.data());
    if (length > static_cast<uint64_t>(limit - field.begin))
      throw BadBytes{"is cut short"};
    field.end = field.begin + static_cast<int64_t>(length);
    return field;
  }

  std::string Payload(const Field& field) const {
    constexpr int64_t kMostBytes = int64_t{64} << 20;
    if (field.end - field.begin > kMostBytes) {
      throw BadBytes{"has a signature of more than 64 MiB"};
    }
    std::string bytes(static_cast<size_t>(field.end - field.begin), '\0');
    ReadExactly(field.begin, bytes.data(), bytes.size());
    return bytes;
  }

 private:
  void ReadExactly(int64_t offset, char* out, size_t length) const {
    while (length > 0) {
      const ssize_t n = pread(fd_, out, length, offset);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) throw BadBytes{fmt::format("cannot be read ({})", std::strerror(errno))};
      if (n == 0) throw BadBytes{"became shorter while it was read"};
      offset += n;
      out += n;
      length -= static_cast<size_t>(n);
    }
  }

  int fd_;
  int64_t size_;
};

MetaGraphEntry ReadMetaGraph(const MessageFile& file,
                             const MessageFile::Field& meta_graph) {
  MetaGraphEntry result;
  for (int64_t offset = meta_graph.begin; offset < meta_graph.end;) {
    const auto field = file.FieldAt(offset, meta_graph.end);
    if (field.has_payload && field.number == kMetaGraphInfo) {
      const std::string bytes = file.Payload(field);
      ReadMetaInfo(pbf_reader(bytes), &result);
    } else if (field.has_payload && field.number == kMetaGraphSignatures) {
      const std::string bytes = file.Payload(field);
      ReadSignature(pbf_reader(bytes), &result.signatures);
    }
    offset = field.end;
  }
  return result;
}

std::vector<MetaGraphEntry> ReadSavedModelMessage(const MessageFile& file) {
  if (file.size() == 0) throw BadBytes{"is empty"};
  std::vector<MetaGraphEntry> meta_graphs;
  for (int64_t offset = 0; offset < file.size();) {
    const auto field = file.FieldAt(offset, file.size());
    if (field.has_payload && field.number == kSavedModelMetaGraphs) {
      meta_graphs.push_back(ReadMetaGraph(file, field));
    }
    offset = field.end;
  }
  if (meta_graphs.empty()) throw BadBytes{"is not a SavedModel: it holds no MetaGraph"};
  return meta_graphs;
}

Status OpenError(const std::string& path, int error) {
  const auto kind = error == ENOENT || error == ENOTDIR ? ErrorKind::kNotFound
                    : error == EACCES || error == EPERM ? ErrorKind::kPermissionDenied
                                                        : ErrorKind::kInternal;
  return Error(kind, "{}: cannot be opened ({})", path, std::strerror(error));
}

}  // namespace

Result<std::vector<MetaGraphEntry>> ReadMetaGraphs(const std::string& path) {
  struct Fd {
    int fd;
    ~Fd() {
      if (fd >= 0) close(fd);
    }
  } file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  struct stat info{};
  if (file.fd < 0 || fstat(file.fd, &info) != 0) return OpenError(path, errno);
  if (!S_ISREG(info.st_mode)) {
    return Error(ErrorKind::kCorruption, "{}: not a regular file", path);
  }
  try {
    return ReadSavedModelMessage(MessageFile(file.fd, info.st_size));
  } catch (const BadBytes& bad) {
    return Error(ErrorKind::kCorruption,
                 "{}: the file {}; copy or export the model again", path, bad.why);
  } catch (const protozero::exception&) {
    return Error(
        ErrorKind::kCorruption,
        "{}: the file is damaged or not a SavedModel; copy or export the model again",
        path);
  }
}

}  // namespace howdah
