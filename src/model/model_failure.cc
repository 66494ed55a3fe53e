#include "model/model_failure.h"

#include <fmt/format.h>

namespace howdah {
namespace {

// The text after `begin` up to `end`, or "" when either is missing.
std::string_view Between(std::string_view text, std::string_view begin,
                         std::string_view end) {
  const size_t at = text.find(begin);
  if (at == text.npos) return {};
  text.remove_prefix(at + begin.size());
  const size_t length = text.find(end);
  return length == text.npos ? std::string_view{} : text.substr(0, length);
}

std::string OnSingleSpaces(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool space = c == ' ' || (c >= '\t' && c <= '\r');
    if (!space) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

void CutAt(size_t most, std::string* line) {
  if (line->size() <= most) return;
  while (most > 0 && (static_cast<unsigned char>((*line)[most]) & 0xC0) == 0x80) --most;
  line->resize(most);  // not inside a UTF-8 character
  *line += "…";
}

}  // namespace

std::string OneLineFailure(std::string_view message) {
  // "2 root error(s) found.\n  (0) INVALID_ARGUMENT: text\n\t [[{{node n}}]]\n  (1) …"
  const size_t list = message.find("root error(s) found.");
  if (list != message.npos) {
    const size_t first = message.find("(0) ", list);
    const size_t text = first == message.npos ? first : message.find(": ", first);
    if (text != message.npos) message.remove_prefix(text + 2);
    message = message.substr(0, message.find("\n  (1) "));
  }
  const std::string_view node = Between(message, "{{node ", "}}");
  std::string_view text = message.substr(0, message.find("\n\t"));
  text = text.substr(0, text.find("[[{{node "));
  text = text.substr(0, text.find(" [Op:"));
  constexpr size_t kMostBytes = 600;
  std::string line = OnSingleSpaces(text);
  CutAt(kMostBytes, &line);
  if (!node.empty()) line += fmt::format(" (node {})", node);
  return line;
}

}  // namespace howdah
