#include "../twin.h"
#include <algorithm>
#include <string>
#include <vector>

static uint32_t hash_of(const std::string& s, uint32_t h) {
  for (char c : s) h = (h ^ static_cast<uint8_t>(c)) * 16777619u;
  return h;
}

static std::vector<std::string> split(const std::string& s, char separator) {
  std::vector<std::string> parts;
  size_t from = 0;
  for (size_t at; (at = s.find(separator, from)) != std::string::npos; from = at + 1) parts.push_back(s.substr(from, at - from));
  parts.push_back(s.substr(from));
  return parts;
}

static std::string join(const std::vector<std::string>& parts, const char* separator) {
  std::string all;
  for (size_t i = 0; i < parts.size(); i++) {
    if (i > 0) all += separator;
    all += parts[i];
  }
  return all;
}

int main(int argc, char** argv) {
  const int rounds = size_argument(argc, argv);
  uint32_t sum = 2166136261u;
  for (int r = 0; r < rounds; r++) {
    std::vector<std::string> lines(500);
    for (int i = 0; i < 500; i++) {
      char line[100];
      std::snprintf(line, sizeof line, "%d;name%d; %04x ;%6d;key=%d", i, i * r % 97, static_cast<unsigned>(i * 31 + r), i % 1000, r + i);
      lines[i] = line;
    }
    const std::string file = join(lines, "\n");
    std::vector<std::string> upper;
    int total = 0;
    for (const std::string& line : split(file, '\n')) {
      const std::vector<std::string> fields = split(line, ';');
      total += std::stoi(fields[0]) + std::stoi(fields[3]);
      const size_t at = fields[4].find('=');
      const std::string key = fields[4].substr(0, at), value = fields[4].substr(at + 1);
      if (fields[1].starts_with("name1") || fields[2].find('f') != std::string::npos) {
        std::string name = fields[1];
        std::transform(name.begin(), name.end(), name.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
        upper.push_back(name + ":" + key + std::string(value.size() < 8 ? 8 - value.size() : 0, '0') + value);
      }
    }
    sum = hash_of(join(upper, ","), sum) + static_cast<uint32_t>(total);
  }
  return print_checksum(sum);
}
