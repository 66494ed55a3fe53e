#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "schema/disagreements.h"
#include "schema/landing_plan.h"
#include "types/tensor.h"

namespace howdah {

/// A column that can land: kept, or made from a tensor.
struct Candidate {
  std::string what;    ///< "kept column 'x'", "output column 'y'", for messages
  std::string source;  ///< its name before the name rule
  std::string legal;
  std::shared_ptr<arrow::DataType>
      type;  ///< as it lands, unless a schema declares another
  bool nullable = true;
  std::string shape;     ///< "tensor.shape", or ""
  std::string field_id;  ///< kFieldIdKey, or ""
  LandedField field;
};

/// Collects the columns that can land, and what is wrong with those that cannot.
/// Thread-confined; refers to its arguments.
class Candidates {
 public:
  Candidates(const arrow::Schema& source, const Signature& signature,
             Disagreements* disagreements);

  /// Each adds candidates to all(), or a disagreement.
  void AddKept(const std::string& name);
  /// \param wanted  the declared type of the column, or nullptr: its list levels, and
  ///   bytes in place of text, are then made as it says.
  /// \param source  the name before the name rule; "": column.name.
  void AddColumn(const OutputColumn& column, const arrow::DataType* wanted = nullptr,
                 const std::string& source = "");

  const std::vector<Candidate>& all() const { return all_; }
  /// The candidate with that legal name, or nullptr.
  const Candidate* Find(const std::string& legal) const;
  /// The output that a candidate which is not kept is made from.
  const std::string& OutputOf(const Candidate& candidate) const {
    return plan_.columns[candidate.field.index].spec.name;
  }
  /// Let a candidate that is not kept have rows of the shape `declared`, where it can.
  /// \return its "tensor.shape" then, or "".
  std::string SetShape(const Candidate& candidate, const std::vector<int64_t>& declared);
  const std::vector<std::string>& output_names() const { return output_names_; }

  /// The plan so far: all but its schema and fields.
  LandingPlan TakePlan() { return std::move(plan_); }

 private:
  const TensorSpec* FindOutput(const OutputColumn& column);
  bool CheckOutput(const TensorColumn& tensor);
  void Add(Candidate candidate);
  size_t OutputIndex(const std::string& name);

  const arrow::Schema& source_;
  const Signature& signature_;
  Disagreements& disagreements_;
  const std::vector<std::string> source_names_;
  std::vector<std::string> output_names_;
  std::map<std::string, size_t> taken_;  // legal name -> index into all_
  std::vector<Candidate> all_;
  LandingPlan plan_;
};

}  // namespace howdah
