#include "app/serve/cosigner.h"

#include <chrono>

#include "base/log.h"

namespace bonafide::app {

namespace tlog = provenance::log;

Cosigner::Cosigner(tlog::DirectoryStore& store, tlog::FetchFile files, tlog::Policy policy,
                   std::vector<AskedWitness> witnesses)
    : store_(store), files_(std::move(files)), policy_(std::move(policy)), witnesses_(std::move(witnesses)) {}

Cosigner::~Cosigner() = default;

Result<void> Cosigner::start() {
  if (!asks()) return {};
  TRY(round());
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  return {};
}

void Cosigner::wake() {
  const std::scoped_lock lock(mutex_);
  news_ = true;
  changed_.notify_all();
}

std::optional<std::string> Cosigner::shown() const {
  if (!asks()) {
    const auto last = store_.checkpoint();
    return last ? std::optional(tlog::write_note(last->note)) : std::nullopt;
  }
  const std::scoped_lock lock(mutex_);
  return shown_.empty() ? std::nullopt : std::optional(shown_);
}

std::optional<std::string> Cosigner::wait_for(std::uint64_t index, double seconds) {
  if (!asks()) return shown();
  std::unique_lock lock(mutex_);
  const auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  const bool there = changed_.wait_until(lock, until, [&] { return shown_size_ > index; });
  return there ? std::optional(shown_) : std::nullopt;
}

std::vector<std::string> Cosigner::troubles() const {
  const std::scoped_lock lock(mutex_);
  return troubles_;
}

std::optional<std::string> Cosigner::denied() const {
  const std::scoped_lock lock(mutex_);
  return denied_;
}

/// All at once: one that hangs must not keep the others waiting.
Cosigner::Round Cosigner::ask_all(const std::string& checkpoint) {
  Round round{.note = checkpoint, .troubles = {}};
  const auto tree = tlog::parse_signed_checkpoint(checkpoint);
  if (!tree) return round;
  std::vector<std::optional<Result<std::string>>> lines(witnesses_.size());
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < witnesses_.size(); ++i)
      threads.emplace_back([&, i] {
        tlog::LogReader reader(files_, tree->checkpoint.size);
        const AskedWitness& witness = witnesses_[i];
        lines[i] = tlog::ask_to_cosign(witness.ask, witness.key, checkpoint, reader, witness.seen);
      });
  }
  for (std::size_t i = 0; i < witnesses_.size(); ++i) {
    if (*lines[i]) {
      round.note += **lines[i];
      witnesses_[i].seen = tree->checkpoint.size;
      continue;
    }
    round.denied = round.denied || lines[i]->error().code == Code::denied;
    round.troubles.push_back(witnesses_[i].key.name + ": " + lines[i]->error().message);
  }
  return round;
}

/// Whether anything new may be shown. denied: somebody saw another history than ours.
Result<bool> Cosigner::round() {
  const tlog::SignedCheckpoint last = TRY(store_.checkpoint());
  tlog::Note bare = last.note;
  std::erase_if(bare.signatures, [&](const tlog::NoteSignature& one) { return one.name != last.checkpoint.origin; });
  const Round asked = ask_all(tlog::write_note(bare));
  const tlog::SignedCheckpoint cosigned = TRY(tlog::parse_signed_checkpoint(asked.note));
  const bool enough = tlog::check_checkpoint(cosigned, policy_).trust == tlog::CheckpointTrust::trusted;
  if (enough) TRY(store_.cosign(cosigned));
  {
    const std::scoped_lock lock(mutex_);
    troubles_ = asked.troubles;
    if (asked.denied) denied_ = asked.troubles.front();
    if (enough && cosigned.checkpoint.size >= shown_size_) {
      shown_ = asked.note;
      shown_size_ = cosigned.checkpoint.size;
    }
    changed_.notify_all();
  }
  for (const std::string& trouble : asked.troubles) log(LogLevel::warning, "witness " + trouble);
  if (asked.denied) return make_error(Code::denied, asked.troubles.front());
  return enough && asked.troubles.empty();
}

void Cosigner::run(const std::stop_token& stop) {
  bool complete = true;
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex_);
      // who did not answer is asked again after a while, and another process may have added something
      changed_.wait_for(lock, stop, std::chrono::seconds(complete ? 60 : 5), [&] { return news_; });
      news_ = false;
    }
    if (stop.stop_requested()) return;
    const auto done = round();
    if (!done) log(LogLevel::error, "witnesses: " + done.error().message);
    complete = done && *done;
  }
}

}  // namespace bonafide::app
