# How we compile: ccache and mold where they are, strict warnings, sanitizers by preset.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # Clones and work trees share what they compile: -ffile-prefix-map below keeps their places out of objects.
  set(CMAKE_C_COMPILER_LAUNCHER env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_C_COMPILER_LAUNCHER})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# Frames keep rbp everywhere, so that profilers, debuggers and our own stack walk agree.
# Null references fault: the compiler must not reason from "this cannot be null" or strict aliasing.
add_compile_options(-Wall -Wextra -Wno-unused-parameter -fno-omit-frame-pointer -fno-strict-aliasing
                    -fno-delete-null-pointer-checks -fvisibility=hidden -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")
set(CMAKE_C_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g")
set(CMAKE_C_FLAGS_DEBUG "-O1 -g")

set(RAPGO_SANITIZE "" CACHE STRING "Sanitizers to build with, e.g. address,undefined")
if(RAPGO_SANITIZE)
  add_compile_options(-fsanitize=${RAPGO_SANITIZE})
  add_link_options(-fsanitize=${RAPGO_SANITIZE})
endif()

# The optimizer reads native references from machine words that it hides nowhere else; the C++ side
# must not assume reads of uninitialised stack are impossible, hence no _FORTIFY tricks here.
find_package(Threads REQUIRED)
