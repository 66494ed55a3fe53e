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

Status InputColumns::Add(const std::shared_ptr<arrow::Schema>& schema, size_t file) {
  if (file == 0) fields_ = schema->fields();
  for (const std::string& name : wanted_) {
    const bool of_directories = std::any_of(
        inputs_.constants.begin(), inputs_.constants.end(),
        [&](const ConstantColumn& constant) { return constant.field->name() == name; });
    if (of_directories) continue;
    if (schema->GetAllFieldIndices(name).size() > 1) continue;  // refused when compiled
    HOWDAH_RETURN_IF_ERROR(AddWanted(name, {file, schema}));
  }
  return Status::OK();
}

Status InputColumns::AddWanted(const std::string& name, const File& file) {
  Wanted& column = columns_[name];
  if (column.file) return Unite(name, file);
  const auto field = file.schema->GetFieldByName(name);
  if (field == nullptr) {
    column.without.push_back(file);
    return Status::OK();
  }
  column.file = file.index;
  if (file.index > 0) fields_.push_back(field);
  for (const File& earlier : std::exchange(column.without, {})) {
    HOWDAH_RETURN_IF_ERROR(Unite(name, earlier));
  }
  return Status::OK();
}

Status InputColumns::Unite(const std::string& name, const File& file) {
  const auto mine = std::find_if(fields_.begin(), fields_.end(), [&](const auto& field) {
    return field->name() == name;
  });
  const SourceFormat& format = *inputs_.format;
  const auto other = format.FindColumn(*file.schema, **mine);
  if (other == nullptr && format.HasDefault(**mine)) return Status::OK();
  const auto common =
      format.CommonType((*mine)->type(), other == nullptr ? nullptr : other->type());
  if (common == nullptr) return Disagreement(**mine, other.get(), file.index);
  const bool nullable = other == nullptr || (*mine)->nullable() || other->nullable();
  if (!common->Equals((*mine)->type(), /*check_metadata=*/true) ||
      nullable != (*mine)->nullable()) {
    *mine = (*mine)->WithType(common)->WithNullable(nullable);
  }
  return Status::OK();
}

Status InputColumns::Disagreement(const arrow::Field& mine, const arrow::Field* other,
                                  size_t file) const {
  const std::string& first_url = inputs_.files[*columns_.at(mine.name()).file].url;
  const std::string& url = inputs_.files[file].url;
  if (other == nullptr) {
    return Error(ErrorKind::kSchemaMismatch,
                 "input '{}' has no column '{}', which '{}' has", url, mine.name(),
                 first_url);
  }
  return Error(ErrorKind::kSchemaMismatch,
               "input '{}': column '{}' is {}, in '{}' it is {}", url, mine.name(),
               other->type()->ToString(), first_url, mine.type()->ToString());
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
