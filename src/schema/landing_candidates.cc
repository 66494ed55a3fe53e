#include "schema/landing_candidates.h"

#include <arrow/extension/fixed_shape_tensor.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

#include "base/text.h"
#include "schema/batch_shape.h"
#include "schema/canonical.h"
#include "schema/names.h"

namespace howdah {
namespace {

using As = OutputColumn::As;

constexpr char kShapeKey[] = "tensor.shape";

/// What a kept column says of the shape of its lists, or "".
std::string KeptShape(const arrow::Field& field) {
  if (field.HasMetadata() && field.metadata()->Contains(kShapeKey)) {
    return field.metadata()->Get(kShapeKey).ValueOr("");
  }
  if (field.type()->id() != arrow::Type::EXTENSION) return "";
  const auto* tensor =
      dynamic_cast<const arrow::extension::FixedShapeTensorType*>(field.type().get());
  if (tensor == nullptr ||
      !std::is_sorted(tensor->permutation().begin(), tensor->permutation().end())) {
    return "";  // not row-major
  }
  std::vector<int64_t> shape = tensor->shape();
  shape.insert(shape.begin(), kUnknownDim);
  return FlattenedShape(shape);
}

/// What a kept column says of its field id, or "".
std::string KeptFieldId(const arrow::Field& field) {
  if (!field.HasMetadata()) return "";
  const std::string text = field.metadata()->Get(kFieldIdKey).ValueOr("");
  int32_t id = -1;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), id);
  const bool whole = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
  return whole && id >= 0 ? std::to_string(id) : "";
}

/// Let `column` have the list levels and the kind of text that `wanted` has, if a tensor
/// of its shape can; else leave both, so that the types are found to disagree.
void MakeAsWanted(const arrow::DataType& wanted, TensorColumn* column) {
  const arrow::DataType* element = &wanted;
  int depth = 0;
  for (; element->id() == arrow::Type::LIST; ++depth) {
    element = element->field(0)->type().get();
  }
  if (column->spec.dtype == DType::kString && column->as == As::kTensor &&
      (element->id() == arrow::Type::BINARY ||
       element->id() == arrow::Type::FIXED_SIZE_BINARY)) {
    column->as = As::kBinary;
  }
  const auto ragged = static_cast<int>(column->spec.row_splits.size());
  const int flat = std::max(ragged, 1);
  bool possible = depth == flat;
  if (!column->shape) {
    possible |= depth >= flat || ragged == 0;
  } else {
    const auto& shape = *column->shape;
    possible |= depth == static_cast<int>(shape.size()) - 1;
    possible |= depth == 0 && ragged == 0 &&
                std::all_of(shape.begin() + 1, shape.end(),
                            [](int64_t dim) { return dim == 1 || dim == kUnknownDim; });
  }
  if (possible) column->depth = depth;
}

/// "'a' and 'A'" for two fields of one struct, at any depth, whose legal names are the
/// same; "" if there are none.
std::string TwinFields(const arrow::DataType& type) {
  std::map<std::string, std::string> names;
  for (const auto& field : type.fields()) {
    const std::string legal = LegalName(field->name());
    const auto [other, is_new] = names.emplace(legal, field->name());
    if (!is_new) return fmt::format("'{}' and '{}'", other->second, field->name());
    if (std::string twins = TwinFields(*field->type()); !twins.empty()) return twins;
  }
  return "";
}

}  // namespace

Candidates::Candidates(const arrow::Schema& source, const Signature& signature,
                       Disagreements* disagreements)
    : source_(source),
      signature_(signature),
      disagreements_(*disagreements),
      source_names_(source.field_names()) {
  for (const TensorSpec& output : signature.outputs) {
    output_names_.push_back(output.name);
  }
}

void Candidates::AddKept(const std::string& name) {
  const std::vector<int> found = source_.GetAllFieldIndices(name);
  if (found.empty()) {
    disagreements_.Add("there is no column '{}' to keep; the input's columns are {}{}",
                       name, QuotedList(source_names_), DidYouMean(name, source_names_));
    return;
  }
  if (found.size() > 1) {
    disagreements_.Add("the input has {} columns '{}', so that none can be kept",
                       found.size(), name);
    return;
  }
  const arrow::Field& field = *source_.field(found.front());
  const auto lands_as = CanonicalType(field.type());
  if (!lands_as.ok()) {
    disagreements_.Add("column '{}' cannot be kept: {}", name,
                       lands_as.status().message());
    return;
  }
  if (const std::string twins = TwinFields(**lands_as); !twins.empty()) {
    disagreements_.Add(
        "column '{}' cannot be kept: its fields {} have one name where case does not "
        "count and names are of letters, digits and _, as in Hive",
        name, twins);
    return;
  }
  Candidate candidate{.what = fmt::format("kept column '{}'", name),
                      .source = name,
                      .legal = LegalName(name),
                      .type = *lands_as,
                      .nullable = field.nullable(),
                      .shape = KeptShape(field),
                      .field_id = KeptFieldId(field)};
  candidate.field = {.is_kept = true, .index = plan_.kept.size()};
  plan_.kept.push_back({name, field.type(), *lands_as, field.nullable()});
  Add(std::move(candidate));
}

void Candidates::AddColumn(const OutputColumn& column, const arrow::DataType* wanted,
                           const std::string& source) {
  const TensorSpec* spec = FindOutput(column);
  if (spec == nullptr) return;
  TensorColumn tensor{.name = column.name,
                      .spec = *spec,
                      .shape = BatchShape(signature_, *spec),
                      .as = column.as,
                      .top_k = column.top_k};
  if (!CheckOutput(tensor)) return;
  tensor.depth = NaturalDepth(*spec, tensor.shape);
  if (wanted != nullptr && (column.as == As::kTensor || column.as == As::kBinary)) {
    MakeAsWanted(*wanted, &tensor);
  }
  NameParts(&tensor);
  const bool is_flat = tensor.depth == 1 && spec->row_splits.empty() &&
                       (tensor.as == As::kTensor || tensor.as == As::kBinary);
  for (size_t part = 0; part < tensor.names.size(); ++part) {
    Candidate candidate{.what = fmt::format("output column '{}'", tensor.names[part]),
                        .source = source.empty() ? tensor.names[part] : source,
                        .legal = LegalName(tensor.names[part]),
                        .type = tensor.types[part],
                        .nullable = false,
                        .shape = is_flat ? FlattenedShape(tensor.shape) : "",
                        .field_id = ""};
    candidate.field = {.is_kept = false, .index = plan_.columns.size(), .part = part};
    Add(std::move(candidate));
  }
  plan_.columns.push_back(std::move(tensor));
  plan_.output_of.push_back(OutputIndex(spec->name));
}

const Candidate* Candidates::Find(const std::string& legal) const {
  const auto found = taken_.find(legal);
  return found == taken_.end() ? nullptr : &all_[found->second];
}

std::string Candidates::SetShape(const Candidate& candidate,
                                 const std::vector<int64_t>& declared) {
  TensorColumn& column = plan_.columns[candidate.field.index];
  const bool is_whole = column.as == As::kTensor || column.as == As::kBinary;
  if (!is_whole || !column.spec.row_splits.empty()) {
    disagreements_.Add("{} is {}, so that its rows cannot have the \"tensor.shape\" {}",
                       candidate.what, is_whole ? "ragged" : "a part of its output",
                       ShapeToString(declared));
    return "";
  }
  std::vector<int64_t> shape = declared;
  shape.insert(shape.begin(), kUnknownDim);
  bool fits = !column.shape || column.shape->size() == shape.size();
  for (size_t i = 1; fits && column.shape && i < shape.size(); ++i) {
    const int64_t known = (*column.shape)[i];
    if (shape[i] == kUnknownDim) shape[i] = known;
    fits = known == kUnknownDim || known == shape[i];
  }
  if (!fits) {
    disagreements_.Add(
        "{}: output '{}' is {}, but the schema declares rows of the "
        "\"tensor.shape\" {}",
        candidate.what, column.spec.name, column.spec.ToString(),
        ShapeToString(declared));
    return "";
  }
  column.shape = shape;
  return column.depth == 1 ? FlattenedShape(shape) : "";
}

const TensorSpec* Candidates::FindOutput(const OutputColumn& column) {
  const auto found = std::find(output_names_.begin(), output_names_.end(), column.from);
  if (found == output_names_.end()) {
    disagreements_.Add(
        "column '{}' is from output '{}', but the outputs of signature '{}' are {}{}",
        column.name, column.from, signature_.key, QuotedList(output_names_),
        DidYouMean(column.from, output_names_));
    return nullptr;
  }
  return &signature_.outputs[static_cast<size_t>(found - output_names_.begin())];
}

bool Candidates::CheckOutput(const TensorColumn& tensor) {
  constexpr char kLeaveOut[] =
      "name the outputs to land under [output.columns], without it";
  const TensorSpec& spec = tensor.spec;
  if (!spec.is_dense) {
    disagreements_.Add("output '{}' is sparse or composite, which cannot be landed ({})",
                       spec.name, kLeaveOut);
  } else if (!IsSupported(spec.dtype)) {
    disagreements_.Add("output '{}' is of {}, which cannot be landed ({})", spec.name,
                       Name(spec.dtype), kLeaveOut);
  } else if (tensor.shape && tensor.shape->empty()) {
    disagreements_.Add(
        "output '{}' has no batch dimension, thus no value for each row ({})", spec.name,
        kLeaveOut);
  } else if (!spec.row_splits.empty() &&
             (IsPerRow(signature_) ||
              (tensor.shape && tensor.shape->size() <= spec.row_splits.size()))) {
    disagreements_.Add(
        "output '{}' is ragged, but not by rows of a batch, so it cannot be landed ({})",
        spec.name, kLeaveOut);
  } else if (const std::string text = CheckOption(tensor); !text.empty()) {
    disagreements_.Add("{}", text);
  } else {
    return true;
  }
  return false;
}

void Candidates::Add(Candidate candidate) {
  const auto [taken, is_new] = taken_.emplace(candidate.legal, all_.size());
  if (!is_new) {
    const std::string& other = all_[taken->second].what;
    if (other == candidate.what) {
      disagreements_.Add("{} is given twice", other);
    } else {
      disagreements_.Add(
          "{} and {} would both be named '{}'; give the output another name under "
          "[output.columns], or keep one of them only",
          other, candidate.what, candidate.legal);
    }
  }
  all_.push_back(std::move(candidate));
}

size_t Candidates::OutputIndex(const std::string& name) {
  std::vector<std::string>& outputs = plan_.outputs;
  const auto found = std::find(outputs.begin(), outputs.end(), name);
  const auto index = static_cast<size_t>(found - outputs.begin());
  if (found == outputs.end()) outputs.push_back(name);
  return index;
}

}  // namespace howdah
