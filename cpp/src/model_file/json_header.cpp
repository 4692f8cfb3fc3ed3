#include "model_file/json_header.h"

#include <limits>

#include "data/utf8.h"

namespace inkling::model_file {

namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Status parse(Header& header) {
    if (Status status = expect('{'); !status.ok()) return status;
    if (!accept('}')) {
      do {
        if (Status status = parse_member(header); !status.ok()) return status;
      } while (accept(','));
      if (Status status = expect('}'); !status.ok()) return status;
    }
    skip_spaces();
    return position_ == text_.size() ? Status() : wrong("the end of the header");
  }

 private:
  Status parse_member(Header& header) {
    std::string name;
    if (Status status = parse_string(name); !status.ok()) return status;
    if (Status status = expect(':'); !status.ok()) return status;
    if (name == "__metadata__") return parse_metadata(header.metadata);
    HeaderEntry entry;
    if (Status status = parse_entry(entry); !status.ok()) return status;
    if (!header.tensors.emplace(name, std::move(entry)).second) return wrong("each tensor name once");
    return {};
  }

  Status parse_metadata(std::map<std::string, std::string>& metadata) {
    if (Status status = expect('{'); !status.ok()) return status;
    if (accept('}')) return {};
    do {
      std::string name;
      std::string value;
      if (Status status = parse_string(name); !status.ok()) return status;
      if (Status status = expect(':'); !status.ok()) return status;
      if (Status status = parse_string(value); !status.ok()) return status;
      metadata[name] = std::move(value);
    } while (accept(','));
    return expect('}');
  }

  Status parse_entry(HeaderEntry& entry) {
    if (Status status = expect('{'); !status.ok()) return status;
    bool has_dtype = false;
    bool has_shape = false;
    bool has_offsets = false;
    do {
      std::string name;
      if (Status status = parse_string(name); !status.ok()) return status;
      if (Status status = expect(':'); !status.ok()) return status;
      if (name == "dtype") {
        if (Status status = parse_string(entry.dtype); !status.ok()) return status;
        has_dtype = true;
      } else if (name == "shape") {
        if (Status status = parse_integers(entry.shape); !status.ok()) return status;
        has_shape = true;
      } else if (name == "data_offsets") {
        std::vector<std::int64_t> offsets;
        if (Status status = parse_integers(offsets); !status.ok()) return status;
        if (offsets.size() != 2) return wrong("two data_offsets");
        entry.begin = offsets[0];
        entry.end = offsets[1];
        has_offsets = true;
      } else {
        return wrong("dtype, shape or data_offsets");
      }
    } while (accept(','));
    if (Status status = expect('}'); !status.ok()) return status;
    return has_dtype && has_shape && has_offsets ? Status() : wrong("dtype, shape and data_offsets");
  }

  Status parse_integers(std::vector<std::int64_t>& out) {
    if (Status status = expect('['); !status.ok()) return status;
    if (accept(']')) return {};
    do {
      skip_spaces();
      std::int64_t value = 0;
      const std::size_t start = position_;
      while (position_ < text_.size() && text_[position_] >= '0' && text_[position_] <= '9') {
        const int digit = text_[position_] - '0';
        if (value > (std::numeric_limits<std::int64_t>::max() - digit) / 10) return wrong("a smaller number");
        value = value * 10 + digit;
        ++position_;
      }
      if (position_ == start) return wrong("a whole number");
      if (out.size() == 8) return wrong("at most 8 dimensions");
      out.push_back(value);
    } while (accept(','));
    return expect(']');
  }

  Status parse_string(std::string& out) {
    if (Status status = expect('"'); !status.ok()) return status;
    while (position_ < text_.size()) {
      const char c = text_[position_++];
      if (c == '"') return {};
      if (static_cast<unsigned char>(c) < 0x20) return wrong("no control characters in a string");
      if (c != '\\') {
        out += c;
        continue;
      }
      if (position_ == text_.size()) break;
      const char escaped = text_[position_++];
      switch (escaped) {
        case '"':
        case '\\':
        case '/':
          out += escaped;
          break;
        case 'b':
          out += '\b';
          break;
        case 'f':
          out += '\f';
          break;
        case 'n':
          out += '\n';
          break;
        case 'r':
          out += '\r';
          break;
        case 't':
          out += '\t';
          break;
        case 'u':
          if (Status status = parse_escaped_code_point(out); !status.ok()) return status;
          break;
        default:
          return wrong("a known escape");
      }
    }
    return wrong("the end of a string");
  }

  bool parse_hex4(std::uint32_t& unit) {
    unit = 0;
    if (text_.size() - position_ < 4) return false;
    for (int n = 0; n < 4; ++n) {
      const char c = text_[position_++];
      unit *= 16;
      if (c >= '0' && c <= '9') {
        unit += static_cast<std::uint32_t>(c - '0');
      } else if (c >= 'a' && c <= 'f') {
        unit += static_cast<std::uint32_t>(c - 'a' + 10);
      } else if (c >= 'A' && c <= 'F') {
        unit += static_cast<std::uint32_t>(c - 'A' + 10);
      } else {
        return false;
      }
    }
    return true;
  }

  Status parse_escaped_code_point(std::string& out) {
    std::uint32_t code = 0;
    if (!parse_hex4(code)) return wrong("four hexadecimal digits");
    if (code >= 0xD800 && code < 0xE000) {
      std::uint32_t low = 0;
      if (code >= 0xDC00 || text_.substr(position_, 2) != "\\u") return wrong("a surrogate pair");
      position_ += 2;
      if (!parse_hex4(low) || low < 0xDC00 || low >= 0xE000) return wrong("a surrogate pair");
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    append_utf8(code, out);
    return {};
  }

  void skip_spaces() {
    while (position_ < text_.size() && (text_[position_] == ' ' || text_[position_] == '\t' ||
                                        text_[position_] == '\n' || text_[position_] == '\r')) {
      ++position_;
    }
  }

  bool accept(char c) {
    skip_spaces();
    if (position_ >= text_.size() || text_[position_] != c) return false;
    ++position_;
    return true;
  }

  Status expect(char c) { return accept(c) ? Status() : wrong(std::string("'") + c + "'"); }

  Status wrong(const std::string& expected) const {
    return {ErrorCode::kCorruptModelFile, "the header of the model file is damaged at byte " +
                                              std::to_string(8 + position_) + ": expected " + expected};
  }

  std::string_view text_;
  std::size_t position_ = 0;
};

std::string quoted(const std::string& text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace

Result<Header> parse_header(std::string_view json) {
  Header header;
  if (Status status = Reader(json).parse(header); !status.ok()) return status;
  return header;
}

std::string write_header(const Header& header) {
  std::string json = "{\"__metadata__\":{";
  bool first = true;
  for (const auto& [name, value] : header.metadata) {
    json += (first ? "" : ",") + quoted(name) + ":" + quoted(value);
    first = false;
  }
  json += "}";
  for (const auto& [name, entry] : header.tensors) {
    json += "," + quoted(name) + ":{\"dtype\":" + quoted(entry.dtype) + ",\"shape\":[";
    for (std::size_t d = 0; d < entry.shape.size(); ++d) json += (d > 0 ? "," : "") + std::to_string(entry.shape[d]);
    json += "],\"data_offsets\":[" + std::to_string(entry.begin) + "," + std::to_string(entry.end) + "]}";
  }
  return json + "}";
}

}  // namespace inkling::model_file
