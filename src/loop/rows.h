// Rows<T>: a vector of plain values that may lie in a block of somebody else's. Two thirds of std::vector's size, and many of them can
// be packed into one allocation (CompiledCode).
//
// Thread safety: as std::vector. A copy always owns its rows; what is moved keeps lying where it lies.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

namespace rapgo::loop {

template <class T>
class Rows {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T> && alignof(T) <= alignof(std::max_align_t));

 public:
  using value_type = T;
  using iterator = T*;
  using const_iterator = const T*;

  Rows() = default;
  Rows(std::initializer_list<T> rows) { append(rows.begin(), rows.size()); }
  Rows(const std::vector<T>& rows) { append(rows.data(), rows.size()); }  // NOLINT: a vector of rows is one
  Rows(const Rows& other) { append(other.data_, other.size_); }
  Rows(Rows&& other) noexcept { swap(other); }
  Rows& operator=(const Rows& other) {
    if (this == &other) return *this;
    clear();
    append(other.data_, other.size_);
    return *this;
  }
  Rows& operator=(Rows&& other) noexcept {
    Rows(std::move(other)).swap(*this);
    return *this;
  }
  ~Rows() { release(); }

  void swap(Rows& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

  size_t size() const { return size_; }
  size_t capacity() const { return capacity_; }
  bool empty() const { return size_ == 0; }
  T* data() { return data_; }
  const T* data() const { return data_; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }
  T& front() { return *data_; }
  const T& front() const { return *data_; }
  T& back() { return data_[size_ - 1]; }
  const T& back() const { return data_[size_ - 1]; }

  void push_back(const T& row) {
    const T copy = row;  // may lie in here
    if (size_ >= capacity_) grow(size_ + 1);
    new (data_ + size_++) T(copy);
  }
  template <class... Parts>
  T& emplace_back(Parts&&... parts) {
    push_back(T{std::forward<Parts>(parts)...});
    return back();
  }
  void pop_back() { --size_; }
  void clear() { size_ = 0; }
  void reserve(size_t rows) {
    if (rows > capacity_) grow(rows);
  }
  void resize(size_t rows, const T& fill = T()) {
    if (rows > capacity_) grow(rows);
    for (; size_ < rows; ++size_) new (data_ + size_) T(fill);
    size_ = static_cast<uint32_t>(rows);
  }
  void assign(size_t rows, const T& fill) {
    clear();
    resize(rows, fill);
  }
  void assign(const T* first, const T* last) {
    clear();
    append(first, static_cast<size_t>(last - first));
  }

  // REQUIRES: `rows` do not lie in here.
  void append(const T* rows, size_t count) {
    if (count == 0) return;
    reserve(size_ + count);
    std::memcpy(static_cast<void*>(data_ + size_), rows, count * sizeof(T));
    size_ += static_cast<uint32_t>(count);
  }

  // Memory that a copy of the rows takes in a block, and the copy made there: it must outlive what lies in it.
  size_t packed_bytes() const { return size_ * sizeof(T); }
  void copy_into(void* place, const Rows& from) {
    release();
    data_ = from.size_ ? static_cast<T*>(std::memcpy(place, from.data_, from.packed_bytes())) : nullptr;
    size_ = from.size_;
    capacity_ = 0;
  }

  // Lies where `from` lies, which must outlive it or what it holds.
  void borrow(const Rows& from) {
    release();
    data_ = const_cast<T*>(from.data_);
    size_ = from.size_;
  }

  friend bool operator==(const Rows& a, const Rows& b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

 private:
  void grow(size_t wanted) {
    const size_t capacity = std::max(wanted, static_cast<size_t>(size_) * 2);
    if (capacity > UINT32_MAX) throw std::bad_alloc();
    T* fresh = static_cast<T*>(::operator new(capacity * sizeof(T)));
    if (size_) std::memcpy(static_cast<void*>(fresh), data_, size_ * sizeof(T));
    if (capacity_) ::operator delete(data_);
    data_ = fresh;
    capacity_ = static_cast<uint32_t>(capacity);
  }
  void release() {
    if (capacity_) ::operator delete(data_);
    data_ = nullptr;
    size_ = capacity_ = 0;
  }

  T* data_ = nullptr;
  uint32_t size_ = 0;
  uint32_t capacity_ = 0;  // 0 with rows: they lie in somebody else's block
};

}  // namespace rapgo::loop
