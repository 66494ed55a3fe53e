#pragma once

#include <deque>
#include <initializer_list>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "avro/schema.h"

namespace howdah {

/// Makes nodes of JSON values. Names that one defines can be referred to by those that
/// follow. Errors as AvroSchema::Parse; the message begins with the place in the schema.
class AvroSchemaParser {
 public:
  /// `nodes` keeps what is made and must outlive it.
  AvroSchemaParser(AvroSchema::Names names, std::deque<AvroNode>* nodes)
      : strict_(names == AvroSchema::Names::kStrict), nodes_(*nodes) {}

  /// \param space  the namespace around `schema`. \param path  its place, for messages.
  Result<const AvroNode*> Parse(const nlohmann::json& schema, const std::string& space,
                                const std::string& path);

 private:
  Result<const AvroNode*> ParseUnion(const nlohmann::json& schema,
                                     const std::string& space, const std::string& path);
  Result<const AvroNode*> ParseObject(const nlohmann::json& schema,
                                      const std::string& space, const std::string& path);
  Result<const AvroNode*> ParseNamed(const nlohmann::json& schema, AvroKind kind,
                                     const std::string& space, const std::string& path);
  Result<const AvroNode*> Refer(const std::string& name, const std::string& space,
                                const std::string& path) const;
  Status ParseFields(const nlohmann::json& record, const std::string& path,
                     AvroNode* node);
  Status ParseSymbols(const nlohmann::json& schema, const std::string& path,
                      AvroNode* node) const;
  Status ParseSize(const nlohmann::json& schema, const std::string& path,
                   AvroNode* node) const;
  Status ParseLogical(const nlohmann::json& schema, const std::string& path,
                      AvroNode* node) const;
  Status ParseDecimal(const nlohmann::json& schema, const std::string& path,
                      AvroNode* node) const;
  /// The full name of a definition; "": it has none.
  Result<std::string> NameOf(const nlohmann::json& schema, const std::string& space,
                             const std::string& path) const;
  bool IsName(std::string_view text, bool full) const;
  AvroNode* Make(AvroKind kind);

  const bool strict_;
  std::deque<AvroNode>& nodes_;
  std::map<std::string, const AvroNode*> named_;
};

/// `value` as JSON, cut if it is long: for messages, always one line.
std::string QuotedJson(const nlohmann::json& value);

/// `object` as JSON without the members `without`.
std::string AttributesOf(const nlohmann::json& object,
                         std::initializer_list<const char*> without);

}  // namespace howdah
