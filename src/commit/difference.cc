#include <fmt/format.h>

#include <set>

#include "commit/json_fields.h"
#include "commit/ledger.h"

namespace howdah {
namespace {

using nlohmann::json;

/// A value as people read it, short; cut between two UTF-8 characters.
std::string Shortened(const json* value) {
  constexpr size_t kLongest = 60;
  if (value == nullptr) return "absent";
  std::string text = DumpJson(*value);
  if (text.size() <= kLongest) return text;
  size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

const json* Member(const json* object, const std::string& key) {
  if (object == nullptr || !object->is_object()) return nullptr;
  const auto found = object->find(key);
  return found == object->end() ? nullptr : &*found;
}

const json* Element(const json* array, size_t index) {
  return index < array->size() ? &(*array)[index] : nullptr;
}

/// How people know an element that is an input file: by its URL where both sides have
/// one.
std::string Label(const json* before, const json* after, size_t index) {
  const json* old_url = Member(before, "url");
  const json* new_url = Member(after, "url");
  if (old_url != nullptr && new_url != nullptr && *old_url == *new_url &&
      old_url->is_string()) {
    return old_url->get<std::string>();
  }
  return std::to_string(index);
}

class Comparison {
 public:
  explicit Comparison(size_t most) : most_(most) {}

  void Compare(const json* before, const json* after, const std::string& path) {
    const bool both = before != nullptr && after != nullptr;
    if (both && before->is_object() && after->is_object()) {
      std::set<std::string> keys;
      for (const auto& item : before->items()) keys.insert(item.key());
      for (const auto& item : after->items()) keys.insert(item.key());
      for (const std::string& key : keys) {
        Compare(Member(before, key), Member(after, key),
                path.empty() ? key : fmt::format("{}.{}", path, key));
      }
    } else if (both && before->is_array() && after->is_array()) {
      for (size_t i = 0; i < std::max(before->size(), after->size()); ++i) {
        const json* one = Element(before, i);
        const json* other = Element(after, i);
        Compare(one, other, fmt::format("{}[{}]", path, Label(one, other, i)));
      }
    } else if (!both || DumpJson(*before) != DumpJson(*after)) {
      Add(before, after, path);
    }
  }

  std::string Text() const {
    if (count_ <= most_) return text_;
    return fmt::format("{}; … ({} more)", text_, count_ - most_);
  }

 private:
  void Add(const json* before, const json* after, const std::string& path) {
    if (++count_ > most_) return;
    text_ += fmt::format("{}{}: was {}, is {}", text_.empty() ? "" : "; ",
                         path.empty() ? "the plan" : path, Shortened(before),
                         Shortened(after));
  }

  const size_t most_;
  size_t count_ = 0;
  std::string text_;
};

}  // namespace

std::string DescribeDifference(const std::string& before, const std::string& after,
                               int most) {
  Comparison comparison(static_cast<size_t>(std::max(most, 1)));
  const std::optional<json> old_value = ParseJson(before), new_value = ParseJson(after);
  comparison.Compare(old_value ? &*old_value : nullptr, new_value ? &*new_value : nullptr,
                     "");
  return comparison.Text();
}

}  // namespace howdah
