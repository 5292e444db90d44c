#pragma once
// A thin hold on SQLite: statements that finalize themselves, and damage that is noticed. Private to this folder.
// Thread safety: one thread at a time.
#include <cstdint>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace rapgo::code::store {

class Database;

class Statement {
 public:
  Statement(Database& db, const char* sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& bind(int64_t v);
  Statement& bind(double v);
  Statement& bind(std::string_view text);
  Statement& bind_blob(const void* data, size_t size);
  bool step();  // true: a row
  bool run();   // to the end; false on any error. Ready to be bound again.
  int64_t integer(int column);
  double real(int column);
  std::string text(int column);
  std::string_view blob(int column);  // until the next step

 private:
  Database& db_;
  sqlite3_stmt* handle_ = nullptr;
  int next_ = 1;
};

class Database {
 public:
  ~Database() { close(); }
  // Opens or makes the file. A damaged one is removed and made anew, once. `schema` runs on an empty database.
  bool open(const std::string& path, bool writable, const char* schema, int version);
  void close();
  bool is_open() const { return handle_ != nullptr; }
  bool execute(const char* sql);
  // Corruption was met since the file was opened: close it, remove it.
  bool damaged() const { return damaged_; }
  bool recreated() const { return recreated_; }
  void note(int result);

 private:
  friend class Statement;
  bool try_open(const std::string& path, bool writable, const char* schema, int version);
  sqlite3* handle_ = nullptr;
  bool damaged_ = false, recreated_ = false;
};

}  // namespace rapgo::code::store
