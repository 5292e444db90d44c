#include "code/store/database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

namespace rapgo::code::store {

Statement::Statement(Database& db, const char* sql) : db_(db) {
  if (db.handle_) db.note(sqlite3_prepare_v2(db.handle_, sql, -1, &handle_, nullptr));
}
Statement::~Statement() { sqlite3_finalize(handle_); }

Statement& Statement::bind(int64_t v) { return sqlite3_bind_int64(handle_, next_++, v), *this; }
Statement& Statement::bind(double v) { return sqlite3_bind_double(handle_, next_++, v), *this; }
Statement& Statement::bind(std::string_view t) {
  return sqlite3_bind_text(handle_, next_++, t.data(), static_cast<int>(t.size()), SQLITE_TRANSIENT), *this;
}
Statement& Statement::bind_blob(const void* data, size_t size) {
  return sqlite3_bind_blob(handle_, next_++, data, static_cast<int>(size), SQLITE_TRANSIENT), *this;
}

bool Statement::step() {
  if (handle_ == nullptr) return false;
  const int result = sqlite3_step(handle_);
  db_.note(result);
  return result == SQLITE_ROW;
}

bool Statement::run() {
  if (handle_ == nullptr) return false;
  int result;
  while ((result = sqlite3_step(handle_)) == SQLITE_ROW) {}
  db_.note(result);
  sqlite3_reset(handle_);
  next_ = 1;
  return result == SQLITE_DONE;
}

int64_t Statement::integer(int c) { return sqlite3_column_int64(handle_, c); }
double Statement::real(int c) { return sqlite3_column_double(handle_, c); }
std::string Statement::text(int c) {
  auto* t = reinterpret_cast<const char*>(sqlite3_column_text(handle_, c));
  return t ? std::string(t, static_cast<size_t>(sqlite3_column_bytes(handle_, c))) : std::string();
}
std::string_view Statement::blob(int c) {
  auto* b = static_cast<const char*>(sqlite3_column_blob(handle_, c));
  return b ? std::string_view(b, static_cast<size_t>(sqlite3_column_bytes(handle_, c))) : std::string_view();
}

void Database::note(int result) {
  const int primary = result & 0xFF;
  if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB) damaged_ = true;
}

bool Database::execute(const char* sql) {
  if (handle_ == nullptr) return false;
  const int result = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  note(result);
  return result == SQLITE_OK;
}

void Database::close() {
  sqlite3_close_v2(handle_);
  handle_ = nullptr;
}

bool Database::try_open(const std::string& path, bool writable, const char* schema, int version) {
  damaged_ = false;
  // Made here, so that it is ours alone from the start (SQLite's journals take its rights).
  if (writable)
    if (const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600); fd >= 0) ::close(fd);
  const int flags = (writable ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX;
  const int result = sqlite3_open_v2(path.c_str(), &handle_, flags, nullptr);
  if (result != SQLITE_OK) {
    note(result);
    close();
    return false;
  }
  sqlite3_busy_timeout(handle_, 500);
  // No memory map (a truncated file must be an error, not a fault) and no waiting for the disk: what a power cut damages is begun anew.
  execute("PRAGMA mmap_size=0; PRAGMA synchronous=OFF; PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON; PRAGMA trusted_schema=OFF");
  int64_t found = -1;
  if (Statement s(*this, "PRAGMA user_version"); s.step()) found = s.integer(0);
  if (damaged_ || found < 0) return false;
  if (found == version) return true;
  if (!writable) return false;
  if (found != 0) damaged_ = true;  // another version's: begun anew
  if (damaged_) return false;
  if (!execute("BEGIN IMMEDIATE")) return false;
  // Another process may have made the tables while this one waited for the lock.
  if (Statement s(*this, "PRAGMA user_version"); s.step() && s.integer(0) == version) found = version;
  if (found == version) return execute("COMMIT");
  return execute(schema) && execute(("PRAGMA user_version=" + std::to_string(version) + "; COMMIT").c_str());
}

bool Database::open(const std::string& path, bool writable, const char* schema, int version) {
  if (try_open(path, writable, schema, version)) return true;
  const bool was_damaged = damaged_;
  close();
  if (!writable || !was_damaged) return false;
  unlink(path.c_str());
  unlink((path + "-journal").c_str());
  recreated_ = true;
  if (try_open(path, writable, schema, version)) return true;
  close();
  return false;
}

}  // namespace rapgo::code::store
