#include "forensics/face/shape_model.h"

#include <dlib/image_processing/shape_predictor.h>

#include <cmath>
#include <fstream>
#include <map>
#include <mutex>

namespace bonafide::forensics::face {
namespace {

constexpr const char* kModelPath = "/usr/share/dlib/shape_predictor_68_face_landmarks.dat";
constexpr std::size_t kPoints = 68;
constexpr std::size_t kValues = 2 * kPoints;
// Bounds on what a model file may claim; Debian's has 15 stages of 500 trees with 15 inner nodes and 500 pixels.
constexpr unsigned long kMostStages = 64, kMostTrees = 4096, kMostInner = 255, kMostPixels = 4096;

unsigned long read_count(std::istream& in, unsigned long most) {
  unsigned long count = 0;
  dlib::deserialize(count, in);
  if (count == 0 || count > most) throw dlib::serialization_error("count out of range");
  return count;
}

bool complete(std::size_t inner) { return ((inner + 1) & inner) == 0; }

class DlibLandmarks : public LandmarkProvider {
 public:
  explicit DlibLandmarks(std::shared_ptr<const ShapeModel> model) : model_(std::move(model)) {}
  Landmarks fit(const media::Plane& luma, const Box& box) override { return model_->fit(luma, box); }

 private:
  std::shared_ptr<const ShapeModel> model_;
};

}  // namespace

Result<ShapeModel> ShapeModel::read(std::istream& in) try {
  ShapeModel model;
  int version = 0;
  dlib::deserialize(version, in);
  dlib::matrix<float, 0, 1> shape;
  dlib::deserialize(shape, in);
  if (version != 1 || shape.size() != static_cast<long>(kValues))
    return make_error(Code::corrupt, "the landmark model is not a 68-point model of version 1");
  for (std::size_t i = 0; i < kPoints; ++i) {
    const long at = static_cast<long>(2 * i);
    model.mean_[i] = {shape(at), shape(at + 1)};
  }
  model.stages_.resize(read_count(in, kMostStages));
  for (Stage& stage : model.stages_) {
    const unsigned long trees = read_count(in, kMostTrees);
    for (unsigned long t = 0; t < trees; ++t) {
      dlib::impl::regression_tree tree;
      deserialize(tree, in);
      if (model.inner_ == 0) model.inner_ = tree.splits.size();
      if (tree.splits.size() != model.inner_ || model.inner_ > kMostInner || !complete(model.inner_) ||
          tree.leaf_values.size() != model.inner_ + 1)
        throw dlib::serialization_error("tree of another size");
      for (const auto& split : tree.splits) {
        if (split.idx1 >= kMostPixels || split.idx2 >= kMostPixels) throw dlib::serialization_error("pixel number");
        stage.splits.push_back(
            {static_cast<std::uint16_t>(split.idx1), static_cast<std::uint16_t>(split.idx2), split.thresh});
      }
      for (const auto& leaf : tree.leaf_values) {
        if (leaf.size() != static_cast<long>(kValues)) throw dlib::serialization_error("leaf of another size");
        stage.leaves.insert(stage.leaves.end(), leaf.begin(), leaf.end());
      }
    }
  }
  if (read_count(in, kMostStages) != model.stages_.size()) throw dlib::serialization_error("stages differ");
  for (Stage& stage : model.stages_) {
    std::vector<unsigned long> anchors;
    dlib::deserialize(anchors, in);
    for (const unsigned long anchor : anchors) {
      if (anchor >= kPoints || anchors.size() > kMostPixels) throw dlib::serialization_error("anchor");
      stage.anchor.push_back(static_cast<std::uint16_t>(anchor));
    }
  }
  if (read_count(in, kMostStages) != model.stages_.size()) throw dlib::serialization_error("stages differ");
  for (Stage& stage : model.stages_) {
    std::vector<dlib::vector<float, 2>> deltas;
    dlib::deserialize(deltas, in);
    if (deltas.size() != stage.anchor.size()) throw dlib::serialization_error("offsets");
    for (const auto& delta : deltas) stage.delta.push_back({delta.x(), delta.y()});
    for (const Split& split : stage.splits)
      if (split.first >= deltas.size() || split.second >= deltas.size())
        throw dlib::serialization_error("pixel number");
  }
  return model;
} catch (const std::exception& error) {
  return make_error(Code::corrupt, std::string("the landmark model cannot be read: ") + error.what());
}

Landmarks ShapeModel::fit(const media::Plane& luma, const Box& box) const {
  // Sums run in the model's own order with plain adds, so the same picture gives the same points every time.
  std::array<float, kValues> shape;
  float mx = 0, my = 0;
  for (std::size_t i = 0; i < kPoints; ++i) {
    shape[2 * i] = mean_[i].x, shape[2 * i + 1] = mean_[i].y;
    mx += mean_[i].x, my += mean_[i].y;
  }
  mx /= kPoints, my /= kPoints;
  float norm = 0;
  for (const Point& p : mean_) norm += (p.x - mx) * (p.x - mx) + (p.y - my) * (p.y - my);
  std::vector<float> pixels;
  std::vector<const float*> chosen;
  const int width = luma.width(), height = luma.height();
  for (const Stage& stage : stages_) {
    // How the current shape is turned and scaled against the mean one, so that pixels are sampled along with it.
    float real = 0, imaginary = 0;
    for (std::size_t i = 0; i < kPoints; ++i) {
      const float ax = mean_[i].x - mx, ay = mean_[i].y - my;
      real += ax * shape[2 * i] + ay * shape[2 * i + 1];
      imaginary += ax * shape[2 * i + 1] - ay * shape[2 * i];
    }
    real /= norm, imaginary /= norm;
    pixels.resize(stage.delta.size());
    for (std::size_t i = 0; i < pixels.size(); ++i) {
      const Point d = stage.delta[i];
      const std::size_t a = stage.anchor[i];
      const float x = box.x + box.width * (shape[2 * a] + real * d.x - imaginary * d.y);
      const float y = box.y + box.height * (shape[2 * a + 1] + imaginary * d.x + real * d.y);
      // The comparison is written so that NaN falls outside.
      const bool inside =
          x > -0.5F && y > -0.5F && x < static_cast<float>(width) - 0.5F && y < static_cast<float>(height) - 0.5F;
      pixels[i] = inside ? luma.at(static_cast<int>(x + 0.5F), static_cast<int>(y + 0.5F)) : 0;
    }
    // All leaves are chosen before any is added: the leaves lie in 4 MB of a stage, and fetching ahead hides the wait.
    const std::size_t trees = stage.splits.size() / inner_;
    chosen.resize(trees);
    for (std::size_t t = 0; t < trees; ++t) {
      const Split* splits = stage.splits.data() + t * inner_;
      std::size_t at = 0;
      while (at < inner_)
        at = 2 * at + (pixels[splits[at].first] - pixels[splits[at].second] > splits[at].threshold ? 1U : 2U);
      chosen[t] = stage.leaves.data() + (t * (inner_ + 1) + at - inner_) * kValues;
      for (std::size_t line = 0; line < kValues; line += 16) __builtin_prefetch(chosen[t] + line);
    }
    for (const float* leaf : chosen)
      for (std::size_t i = 0; i < kValues; ++i) shape[i] += leaf[i];
  }
  Landmarks out;
  for (std::size_t i = 0; i < kPoints; ++i)
    out[i] = {box.x + box.width * shape[2 * i], box.y + box.height * shape[2 * i + 1]};
  return out;
}

Result<std::unique_ptr<LandmarkProvider>> landmarks_from(const std::string& path) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const ShapeModel>> loaded;
  const std::lock_guard lock(mutex);
  auto& model = loaded[path];
  if (!model) {
    std::ifstream in(path, std::ios::binary);
    if (!in)
      return make_error(Code::unavailable,
                        "the face landmark model " + path + " is not there; the Debian package libdlib-data brings it");
    auto read = ShapeModel::read(in);
    if (!read) {
      read.error().file = path;
      return std::move(read.error());
    }
    model = std::make_shared<const ShapeModel>(std::move(*read));
  }
  std::unique_ptr<LandmarkProvider> provider = std::make_unique<DlibLandmarks>(model);
  return provider;
}

std::string landmark_model_path() { return kModelPath; }

Result<std::unique_ptr<LandmarkProvider>> dlib_landmarks() { return landmarks_from(kModelPath); }

}  // namespace bonafide::forensics::face
