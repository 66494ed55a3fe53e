#pragma once

#include <chrono>

namespace howdah::hdfs {

/// When a pipeline that owes acknowledgements has been silent for so long that its nodes
/// should be asked whether they live. Learned from the stream: a pipeline whose
/// acknowledgements have taken seconds is given more time than one that answers at once.
///
/// The limit is four times the slowest recent acknowledgement, but not below
/// `suspect_after` nor above twice that. A silence that was looked into and explained by
/// slowness is looked into again after twice the time, up to half a minute.
/// Thread-confined.
class AckClock {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;

  explicit AckClock(std::chrono::milliseconds suspect_after);

  /// From now on something is owed.
  void Start(Time now);
  /// An acknowledgement came, for what was sent at `sent_at`.
  void Acknowledged(Time sent_at, Time now);
  /// The nodes were asked, and all are well.
  void Excuse(Time now);

  Time suspect_at() const { return suspect_at_; }
  Time silent_since() const { return silent_since_; }

 private:
  const Duration least_;
  Duration slowest_{0};  // fades
  Duration patience_;
  Time silent_since_;
  Time suspect_at_;
};

}  // namespace howdah::hdfs
