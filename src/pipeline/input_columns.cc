#include "pipeline/input_columns.h"

#include <arrow/type.h>

#include <algorithm>
#include <utility>

namespace howdah {
namespace {

/// `type`, with text where it is null: of a column in which text files have no value.
std::shared_ptr<arrow::DataType> WithTextForNull(
    const std::shared_ptr<arrow::DataType>& type) {
  const auto child = [&](int i) {
    const auto& field = type->field(i);
    return field->WithType(WithTextForNull(field->type()));
  };
  if (type->id() == arrow::Type::NA) return arrow::utf8();
  if (type->id() == arrow::Type::LIST) return arrow::list(child(0));
  if (type->id() != arrow::Type::STRUCT) return type;
  arrow::FieldVector fields;
  for (int i = 0; i < type->num_fields(); ++i) fields.push_back(child(i));
  return arrow::struct_(std::move(fields));
}

/// Whether the column feeds a tensor of numbers.
bool FeedsNumbers(const std::string& name, const Signature& signature,
                  const TensorColumns& tensors) {
  for (const TensorSpec& input : signature.inputs) {
    const auto mapped = tensors.find(input.name);
    const bool feeds = mapped == tensors.end()
                           ? input.name == name
                           : std::count(mapped->second.columns.begin(),
                                        mapped->second.columns.end(), name) > 0;
    const bool numbers = input.dtype != DType::kString && input.dtype != DType::kBool;
    if (feeds && numbers) return true;
  }
  return false;
}

}  // namespace

Status InputColumns::Add(const arrow::Schema& schema, size_t file) {
  if (file == 0) {
    fields_ = schema.fields();
    return Status::OK();
  }
  for (const std::string& name : wanted_) {
    if (schema.GetAllFieldIndices(name).size() > 1) continue;  // refused when compiled
    HOWDAH_RETURN_IF_ERROR(Unite(name, schema.GetFieldByName(name), file));
  }
  return Status::OK();
}

Status InputColumns::Unite(const std::string& name,
                           const std::shared_ptr<arrow::Field>& other, size_t file) {
  const auto mine = std::find_if(fields_.begin(), fields_.end(), [&](const auto& field) {
    return field->name() == name;
  });
  const bool first = mine == fields_.end();
  if (first && other == nullptr) return Status::OK();
  const auto expected = first ? nullptr : (*mine)->type();
  const auto got = other == nullptr ? nullptr : other->type();
  const auto common = inputs_.format->CommonType(expected, got);
  if (common == nullptr) return Disagreement(name, expected, got, file);
  const bool nullable =
      first || other == nullptr || (*mine)->nullable() || other->nullable();
  if (first) {
    fields_.push_back(arrow::field(name, common, nullable, other->metadata()));
  } else if (!common->Equals(expected) || nullable != (*mine)->nullable()) {
    *mine = (*mine)->WithType(common)->WithNullable(nullable);
  }
  return Status::OK();
}

Status InputColumns::Disagreement(const std::string& name,
                                  const std::shared_ptr<arrow::DataType>& expected,
                                  const std::shared_ptr<arrow::DataType>& got,
                                  size_t file) const {
  const std::string& first_url = inputs_.files[0].url;
  const std::string& url = inputs_.files[file].url;
  if (expected == nullptr || got == nullptr) {
    return Error(
        ErrorKind::kSchemaMismatch, "input '{}' has no column '{}', which '{}' has",
        got == nullptr ? url : first_url, name, got == nullptr ? first_url : url);
  }
  return Error(ErrorKind::kSchemaMismatch,
               "input '{}': column '{}' is {}, in '{}' it is {}", url, name,
               got->ToString(), first_url, expected->ToString());
}

std::shared_ptr<arrow::Schema> InputColumns::Schema(
    const Signature& signature, const TensorColumns& tensors,
    std::vector<std::string>* warnings) const {
  arrow::FieldVector fields = fields_;
  if (!inputs_.format->numbers_have_width()) {
    for (auto& field : fields) {
      const bool numbers = field->type()->id() == arrow::Type::NA &&
                           FeedsNumbers(field->name(), signature, tensors);
      field =
          field->WithType(numbers ? arrow::float64() : WithTextForNull(field->type()));
    }
  }
  for (const ConstantColumn& constant : inputs_.constants) {
    const std::string& name = constant.field->name();
    const bool is_in_files =
        std::erase_if(fields, [&](const auto& f) { return f->name() == name; }) > 0;
    if (is_in_files && std::find(wanted_.begin(), wanted_.end(), name) != wanted_.end()) {
      warnings->push_back(fmt::format(
          "column '{}' stands in the files and in the directories' names; the "
          "directories' count, as in Hive",
          name));
    }
    fields.push_back(constant.field);
  }
  return arrow::schema(std::move(fields));
}

}  // namespace howdah
