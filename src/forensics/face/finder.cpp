#include "forensics/face/finder.h"

#include <dlib/image_processing/frontal_face_detector.h>

#include <cstring>

namespace bonafide::forensics::face {
namespace {

class DlibFinder : public FaceFinder {
 public:
  DlibFinder() : detector_(dlib::get_frontal_face_detector()) {}

  std::vector<Detection> find(const media::Plane& luma, double patience) override {
    std::vector<Detection> out;
    if (luma.width() < 32 || luma.height() < 32) return out;
    dlib::array2d<unsigned char> image(luma.height(), luma.width());
    for (int y = 0; y < luma.height(); ++y) std::memcpy(&image[y][0], luma.row(y), luma.stride());
    std::vector<dlib::rect_detection> found;
    detector_(image, found, patience);
    for (const dlib::rect_detection& one : found) {
      out.push_back({{static_cast<float>(one.rect.left()), static_cast<float>(one.rect.top()),
                      static_cast<float>(one.rect.width()), static_cast<float>(one.rect.height())},
                     static_cast<float>(one.detection_confidence)});
    }
    return out;
  }

 private:
  dlib::frontal_face_detector detector_;
};

}  // namespace

std::unique_ptr<FaceFinder> dlib_finder() { return std::make_unique<DlibFinder>(); }

}  // namespace bonafide::forensics::face
