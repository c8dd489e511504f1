// Stills: the picture with its heat maps as layers and its regions as boxes.
#include <algorithm>
#include <cmath>

#include "base/bytes.h"
#include "report/html.h"
#include "report/png.h"

namespace bonafide::report::html {

using forensics::Finding;
using forensics::Outcome;

namespace {

constexpr std::size_t kMostBoxes = 40;

struct Layer {
  std::string name, reading, title;  ///< the title says whose it is
  media::Plane values;
};

std::vector<Layer> layers_of(const Report& report) {
  std::vector<Layer> layers;
  for (const provenance::Source& source : report.provenance.sources) {
    for (const provenance::AlteredMap& map : source.maps) {
      if (!map.values.empty())
        layers.push_back({map.name, map.reading, "origin, " + source.name, {map.width, map.height, 1, map.values}});
    }
  }
  for (const bool signs : {true, false}) {  // a sign's maps come first
    for (const Finding& finding : report.forensics.findings) {
      if ((finding.outcome == Outcome::sign) != signs) continue;
      for (const forensics::HeatMap& map : finding.maps) {
        if (!map.values.empty() && map.values.channels() == 1)
          layers.push_back({map.name, map.reading, title_of(finding), map.values});
      }
    }
  }
  return layers;
}

struct Box {
  int x, y, width, height;
  std::string title;
};

// Origin and tests beside each other, each under its own name: what a mark shows is no sign of a test.
std::vector<Box> boxes_of(const Report& report) {
  std::vector<Box> boxes;
  for (const provenance::Source& source : report.provenance.sources) {
    for (const provenance::Altered& altered : source.altered) {
      if (const auto& box = altered.box)
        boxes.push_back({box->x, box->y, box->width, box->height, "Changed: " + source.name});
    }
  }
  for (const Finding* finding : signs_of(report))
    for (const forensics::Region& r : finding->regions)
      boxes.push_back({r.x, r.y, r.width, r.height, title_of(*finding)});
  return boxes;
}

std::size_t add_boxes(std::string& out, const Report& report) {
  if (report.media.width <= 0 || report.media.height <= 0) return 0;
  const double width = report.media.width;
  const double height = report.media.height;
  const std::vector<Box> boxes = boxes_of(report);
  const std::size_t count = std::min(kMostBoxes, boxes.size());
  for (std::size_t i = 0; i < count; ++i) {
    const Box& box = boxes[i];
    add(out, "<div class=\"box\" style=\"left:{:.2f}%;top:{:.2f}%;width:{:.2f}%;height:{:.2f}%\"><b>{}</b></div>",
        100 * box.x / width, 100 * box.y / height, 100 * box.width / width, 100 * box.height / height, text(box.title));
  }
  return count;
}

void add_controls(std::string& out, const std::vector<Layer>& layers, std::size_t boxes) {
  out += "<div class=\"controls needs-js\">";
  if (!layers.empty()) {
    out += "<fieldset><legend>Layer</legend><label><input type=\"radio\" name=\"layer\" value=\"\">none</label>";
    for (std::size_t i = 0; i < layers.size(); ++i) {
      add(out, "<label><input type=\"radio\" name=\"layer\" value=\"layer-{}\"{}>{}</label>", i,
          i == 0 ? " checked" : "", isolated(layers[i].name));
    }
    out +=
        "</fieldset><fieldset><legend>Opacity</legend><button type=\"button\" id=\"less\" aria-label=\"Less "
        "opaque\">−</button><input type=\"range\" id=\"opacity\" min=\"0\" max=\"100\" value=\"70\" "
        "aria-label=\"Opacity of "
        "the layer\"><button type=\"button\" id=\"more\" aria-label=\"More opaque\">+</button><output "
        "id=\"opacity-value\" class=\"soft\">70 %</output></fieldset>";
  }
  if (boxes > 0) out += "<label><input type=\"checkbox\" id=\"boxes\" checked>boxes</label>";
  out += "</div>";
}

}  // namespace

void add_picture(std::string& out, const Report& report) {
  if (!has_picture(report)) return;
  const auto largest =
      std::max_element(report.forensics.previews.begin(), report.forensics.previews.end(),
                       [](const forensics::Preview& a, const forensics::Preview& b) { return a.width < b.width; });
  const std::vector<Layer> layers = layers_of(report);
  // No taller than a screen, and small pictures no wider than they are.
  const double shape = largest->height > 0 ? static_cast<double>(largest->width) / largest->height : 1;
  add(out,
      "<section id=\"picture\"><h2>Picture</h2><div class=\"viewer\"><div class=\"stage\" id=\"stage\" dir=\"ltr\" "
      "style=\"width:min(100%, {:.2f}rem)\"><img class=\"base\" alt=\"The picture that was examined\" width=\"{}\" "
      "height=\"{}\" "
      "src=\"data:image/jpeg;base64,{}\"><div class=\"dim\"></div>",
      44 * std::clamp(shape, 0.2, 4.0), largest->width, largest->height, to_base64(largest->jpeg));
  for (std::size_t i = 0; i < layers.size(); ++i) {
    add(out, "<img class=\"layer\" id=\"layer-{}\" alt=\"Heat map: {}\"{} src=\"data:image/png;base64,{}\">", i,
        text(layers[i].name), i == 0 ? "" : " hidden", to_base64(encode_heat_png(layers[i].values)));
  }
  const std::size_t boxes = add_boxes(out, report);
  out += "</div>";
  add_controls(out, layers, boxes);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    add(out, "<p class=\"reading\" data-reading=\"layer-{}\"{}><strong>{}</strong> ({}): {}</p>", i,
        i == 0 ? "" : " hidden", isolated(layers[i].name), isolated(layers[i].title), isolated(layers[i].reading));
  }
  if (!layers.empty()) {
    out +=
        "<p class=\"reading\">Bright places are where a test looked hardest, not proof of a change: textures, edges "
        "and "
        "strong light also glow.</p>";
  }
  out += "</div></section>";
}

}  // namespace bonafide::report::html
