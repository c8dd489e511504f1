// sign_writer: puts a Content Credential on an ISO base media file while it is written, without reading it again.
#pragma once
#include <memory>

#include "app/credential/sign.h"
#include "provenance/c2pa/bmff_writer.h"

namespace bonafide::app {

class Claiming;

class SignWriter {
 public:
  using Output = provenance::c2pa::BmffWriter::Output;

  /// `request` says who signs and what is claimed; of the files in it only parent, ingredients and `reserve` count.
  /// invalid_argument: nothing says how the work comes about, since there is no input to be its parent.
  static Result<std::unique_ptr<SignWriter>> open(SignRequest request, Output output, const Context& context);
  ~SignWriter();

  /// Errors as BmffWriter's.
  Result<void> write(ByteView bytes);
  Result<SignAnswer> finish();

 private:
  SignWriter(SignRequest request, const Context& context);
  Result<void> begin(Output output);

  const SignRequest request_;
  const Context context_;
  std::unique_ptr<Claiming> claiming_;
  std::optional<provenance::c2pa::Builder> builder_;
  provenance::c2pa::SignPlan plan_;
  std::unique_ptr<provenance::c2pa::BmffWriter> writer_;
};

}  // namespace bonafide::app
