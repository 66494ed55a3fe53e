#include "pipeline/row_json.h"

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <arrow/util/base64.h>
#include <arrow/util/float16.h>
#include <arrow/util/utf8.h>
#include <arrow/visit_scalar_inline.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace howdah {
namespace {

using Json = nlohmann::ordered_json;

Json ElementsAsJson(const arrow::Array& array);

/// The JSON of a scalar that is not null.
class JsonOf {
 public:
  Json Take() { return std::move(json_); }

  Status Visit(const arrow::BooleanScalar& scalar) { return Set(scalar.value); }
  template <typename Scalar>
    requires(arrow::is_integer_type<typename Scalar::TypeClass>::value)
  Status Visit(const Scalar& scalar) {
    return Set(scalar.value);
  }
  Status Visit(const arrow::FloatScalar& scalar) {
    // The shortest text of a float, not of the double that it is widened to.
    return std::isfinite(scalar.value) ? Set(Json::parse(fmt::format("{}", scalar.value)))
                                       : NotFinite(scalar.value);
  }
  Status Visit(const arrow::DoubleScalar& scalar) {
    return std::isfinite(scalar.value) ? Set(scalar.value) : NotFinite(scalar.value);
  }
  Status Visit(const arrow::HalfFloatScalar& scalar) {
    const float value = arrow::util::Float16::FromBits(scalar.value).ToFloat();
    return Visit(arrow::FloatScalar(value));
  }
  Status Visit(const arrow::BaseBinaryScalar& scalar) {
    const std::string_view bytes(*scalar.value);
    if (arrow::is_string(scalar.type->id()) && arrow::util::ValidateUTF8(bytes))
      return Set(bytes);
    json_["base64"] = arrow::util::base64_encode(bytes);
    return Status::OK();
  }
  Status Visit(const arrow::BaseListScalar& scalar) {
    if (scalar.type->id() != arrow::Type::MAP) return Set(ElementsAsJson(*scalar.value));
    const auto& entries = static_cast<const arrow::StructArray&>(*scalar.value);
    const Json keys = ElementsAsJson(*entries.field(0));
    const Json values = ElementsAsJson(*entries.field(1));
    json_ = Json::array();
    for (size_t i = 0; i < keys.size(); ++i) json_.push_back({keys[i], values[i]});
    return Status::OK();
  }
  Status Visit(const arrow::StructScalar& scalar) {
    json_ = Json::object();
    for (size_t i = 0; i < scalar.value.size(); ++i) {
      HOWDAH_ASSIGN_OR_RETURN(json_[scalar.type->field(static_cast<int>(i))->name()],
                              Of(*scalar.value[i]));
    }
    return Status::OK();
  }
  Status Visit(const arrow::DictionaryScalar& scalar) {
    HOWDAH_ASSIGN_OR_RETURN(const auto value, scalar.GetEncodedValue());
    return Of(*value).Value(&json_);
  }
  Status Visit(const arrow::ExtensionScalar& scalar) {
    return Of(*scalar.value).Value(&json_);
  }
  Status Visit(const arrow::Scalar& scalar) { return Set(scalar.ToString()); }

  static Result<Json> Of(const arrow::Scalar& scalar) {
    if (!scalar.is_valid) return Json();
    JsonOf visitor;
    HOWDAH_RETURN_IF_ERROR(arrow::VisitScalarInline(scalar, &visitor));
    return visitor.Take();
  }

 private:
  Status Set(Json json) {
    json_ = std::move(json);
    return Status::OK();
  }
  Status NotFinite(double value) {
    return Set(std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
  }

  Json json_;
};

Json ElementsAsJson(const arrow::Array& array) {
  Json json = Json::array();
  for (int64_t i = 0; i < array.length(); ++i) {
    const auto scalar = array.GetScalar(i);
    json.push_back(scalar.ok() ? JsonOf::Of(**scalar).ValueOr(Json()) : Json());
  }
  return json;
}

}  // namespace

Result<std::string> RowAsJson(const arrow::RecordBatch& rows, int64_t row) {
  arrow::util::InitializeUTF8();
  Json json = Json::object();
  for (int i = 0; i < rows.num_columns(); ++i) {
    HOWDAH_ASSIGN_OR_RETURN(const auto scalar, rows.column(i)->GetScalar(row));
    HOWDAH_ASSIGN_OR_RETURN(json[rows.schema()->field(i)->name()], JsonOf::Of(*scalar));
  }
  // Names of columns may be of any bytes.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace howdah
