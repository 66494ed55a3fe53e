#include "hdfs/hadoop_xml.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <pugixml.hpp>
#include <string_view>

namespace howdah::hdfs {
namespace {

constexpr size_t kLargestFile = size_t{8} << 20;
constexpr size_t kMostProperties = 100'000;
constexpr int kDeepestInclude = 16;
constexpr int kMostFiles = 1'000;  // each may be included many times

std::string Trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t begin = text.find_first_not_of(kSpace);
  if (begin == text.npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(kSpace) - begin + 1));
}

// The name without a prefix: "xi:include" -> "include".
std::string_view LocalName(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  const size_t colon = name.find(':');
  return colon == name.npos ? name : name.substr(colon + 1);
}

Result<std::string> ReadWhole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    const int error = errno;
    return Error(error == ENOENT || error == ENOTDIR ? ErrorKind::kNotFound
                                                     : ErrorKind::kInvalidInput,
                 "{}: {}", path, std::strerror(error));
  }
  // In pieces: clearing the largest file's memory would cost more than all else that a
  // short command does.
  std::string text;
  std::array<char, 16 * 1024> piece;
  while (file && text.size() <= kLargestFile) {
    file.read(piece.data(), piece.size());
    text.append(piece.data(), static_cast<size_t>(file.gcount()));
  }
  if (file.bad()) return Error(ErrorKind::kInvalidInput, "{}: cannot be read", path);
  if (text.size() > kLargestFile) {
    return Error(ErrorKind::kInvalidInput, "{}: larger than {} bytes", path,
                 kLargestFile);
  }
  return text;
}

class Reader {
 public:
  std::vector<XmlProperty> properties;

  Status ReadFile(const std::string& path, int depth) {
    if (depth > kDeepestInclude) {
      return Error(ErrorKind::kInvalidInput, "{}: files include each other without end",
                   path);
    }
    if (++files_ > kMostFiles) {
      return Error(ErrorKind::kInvalidInput, "{}: more than {} files are included", path,
                   kMostFiles);
    }
    HOWDAH_ASSIGN_OR_RETURN(std::string text, ReadWhole(path));
    pugi::xml_document document;
    // pugixml knows the five entities of XML itself and skips DOCTYPE with all it
    // defines.
    const pugi::xml_parse_result parsed =
        document.load_buffer_inplace(text.data(), text.size());
    if (!parsed) {
      const auto line =
          1 + std::count(text.begin(),
                         text.begin() + std::clamp<std::ptrdiff_t>(parsed.offset, 0,
                                                                   std::ssize(text)),
                         '\n');
      return Error(ErrorKind::kInvalidInput, "{}: not XML near line {}: {}", path, line,
                   parsed.description());
    }
    const pugi::xml_node root = document.document_element();
    if (std::string_view(root.name()) != "configuration") {
      return Error(ErrorKind::kInvalidInput,
                   "{}: its root is <{}>, expected <configuration>", path, root.name());
    }
    return ReadConfiguration(root, path, depth);
  }

 private:
  Status ReadConfiguration(const pugi::xml_node& parent, const std::string& path,
                           int depth) {
    for (const pugi::xml_node& node : parent.children()) {
      const std::string_view name = LocalName(node);
      if (name == "property") {
        HOWDAH_RETURN_IF_ERROR(ReadProperty(node, path));
      } else if (name == "include") {
        HOWDAH_RETURN_IF_ERROR(Include(node, path, depth));
      } else if (name == "configuration") {
        if (depth > kDeepestInclude) {
          return Error(ErrorKind::kInvalidInput, "{}: nested too deep", path);
        }
        HOWDAH_RETURN_IF_ERROR(ReadConfiguration(node, path, depth + 1));
      }
    }
    return Status::OK();
  }

  Status ReadProperty(const pugi::xml_node& node, const std::string& path) {
    if (properties.size() >= kMostProperties) {
      return Error(ErrorKind::kInvalidInput, "{}: more than {} properties", path,
                   kMostProperties);
    }
    XmlProperty property{
        .name = Trimmed(node.attribute("name").value()),
        .value = node.attribute("value").value(),
        .is_final = std::string_view(node.attribute("final").value()) == "true",
        .file = path};
    bool has_value = !node.attribute("value").empty();
    for (const pugi::xml_node& child : node.children()) {
      const std::string_view name = LocalName(child);
      if (name == "name") {
        property.name = Trimmed(child.text().get());
      } else if (name == "value") {
        property.value = child.text().get();
        has_value = true;
      } else if (name == "final") {
        property.is_final = Trimmed(child.text().get()) == "true";
      }
    }
    if (!property.name.empty() && has_value) properties.push_back(std::move(property));
    return Status::OK();
  }

  Status Include(const pugi::xml_node& node, const std::string& path, int depth) {
    const std::string href = node.attribute("href").value();
    if (href.empty()) {
      return Error(ErrorKind::kInvalidInput, "{}: an include without href", path);
    }
    const std::filesystem::path target =
        std::filesystem::path(path).parent_path() /
        (href.starts_with("file://") ? href.substr(7) : href);
    const Status status = ReadFile(target.string(), depth + 1);
    if (!Is(status, ErrorKind::kNotFound)) return status;
    for (const pugi::xml_node& child : node.children()) {
      if (LocalName(child) == "fallback")
        return ReadConfiguration(child, path, depth + 1);
    }
    return WithContext(status, path + " includes a file that is missing");
  }

  int files_ = 0;
};

}  // namespace

Result<std::vector<XmlProperty>> ReadHadoopXml(const std::string& path) {
  Reader reader;
  HOWDAH_RETURN_IF_ERROR(reader.ReadFile(path, 0));
  return std::move(reader.properties);
}

}  // namespace howdah::hdfs
