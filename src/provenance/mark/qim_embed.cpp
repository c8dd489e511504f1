#include "provenance/mark/qim_embed.h"

#include <cmath>

#include "provenance/mark/picture_view.h"
#include "provenance/mark/tile_layout.h"

namespace bonafide::provenance::mark {

namespace {

// How far a coefficient goes towards its lattice point. The full way would cost 1.9 dB and gain little: what is left is
// a tenth of a step (chosen on ten of the twenty pictures of docs/evaluation/marks_tamper.md).
constexpr float kWay = 0.8F;

QimBlock moves(const QimBlock& coefficients, const QimBlock& lattice) {
  QimBlock change{};
  for (std::size_t i = 0; i < kQimChips; ++i) {
    const float at = coefficients[i] / kQimStep - lattice[i];
    change[i] = kWay * kQimStep * (std::round(at) - at);
  }
  return change;
}

}  // namespace

Result<QimPlaced> place_qim(PictureView picture, const MarkKey& key, std::uint64_t id, const Context& context) {
  if (std::min(picture.width, picture.height) < kShortCells)
    return make_error(Code::unsupported, "the picture is too small for a fragile layer");
  if (picture.channels != 1 && picture.channels != 3 && picture.channels != 4)
    return make_error(Code::invalid_argument, "a picture has 1, 3 or 4 samples a pixel");
  const cv::Mat original = picture_of(picture).clone();
  const cv::Mat1b luma = luma_of(picture);
  const QimLayout layout(key, id);
  const int columns = luma.cols / kQimSide, rows = luma.rows / kQimSide;
  cv::Mat1f change(luma.size(), 0.0F);
  int covered = 0;
  for (int row = 0; row < rows; ++row) {
    if (context.stopped()) return make_error(Code::cancelled, "stopped");
    const std::vector<QimBlock> lattice = layout.row(row, columns);
    for (int column = 0; column < columns; ++column) {
      const std::uint8_t* const corner = luma[row * kQimSide] + column * kQimSide;
      const auto stride = static_cast<std::ptrdiff_t>(luma.step);
      if (qim_clipped(corner, stride, {})) continue;
      ++covered;
      qim_add(moves(qim_coefficients(corner, stride), lattice[static_cast<std::size_t>(column)]),
              change[row * kQimSide] + column * kQimSide, static_cast<std::ptrdiff_t>(change.step1()));
    }
  }
  add_to(picture, change);
  return QimPlaced{psnr_between(original, picture), static_cast<double>(covered) / std::max(1, columns * rows)};
}

}  // namespace bonafide::provenance::mark
