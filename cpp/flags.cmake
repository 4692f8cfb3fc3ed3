# Every compiler flag of the project, one a line, with its reason.

add_library(inkling_flags INTERFACE)

target_compile_options(
  inkling_flags
  INTERFACE
    -Wall -Wextra -Wpedantic # what the compiler finds wrong …
    $<$<NOT:$<BOOL:$<TARGET_PROPERTY:UNITY_BUILD>>>:-Wshadow> # … including names that hide others of the same file
    -Wconversion # … and numbers that silently change
    -Wno-sign-conversion # indices go between int32 and size_t everywhere, checked where they enter
    -Werror # a warning is an error
    -fno-exceptions # errors are values (status.h): smaller code, and none can cross the seam by accident
    -fno-rtti # nobody asks for a type's name
    $<$<CXX_COMPILER_ID:GNU>:-Wno-psabi> # GCC's note on passing wide vectors between translation units: all are ours
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> # GCC 12 at -O3 sees overlaps in std::string where there are none (its bug 105651)
)

if(EMSCRIPTEN)
  target_compile_options(
    inkling_flags
    INTERFACE
      # Small: most of the code runs once in a while; what runs all the time is set to -O3 in
      # CMakeLists.txt. The tests themselves need not be small.
      $<IF:$<BOOL:$<TARGET_PROPERTY:INKLING_TESTING>>,-O1,-Oz>
      -msimd128 # 128-bit vectors: in all three browser engines
      -mbulk-memory -mnontrapping-fptoint -msign-ext # what came before vectors: every engine that has those has these
      -flto # lets the linker drop and inline across files
      -fvisibility=hidden # no class is known outside of the module, so that the linker …
      -fwhole-program-vtables -fvirtual-function-elimination # … drops virtual functions that nothing calls
  )
  # The linker is told too: it picks the system libraries to match.
  target_link_options(
    inkling_flags
    INTERFACE
      $<IF:$<BOOL:$<TARGET_PROPERTY:INKLING_QUICK_LINK>>,-O1,-Oz>
      -msimd128
      -mbulk-memory
      -mnontrapping-fptoint
      -msign-ext
      -flto
      -fno-exceptions
      -fno-rtti)
  if(INKLING_RELAXED_SIMD)
    target_compile_options(inkling_flags INTERFACE -mrelaxed-simd) # the fused multiply-add
    target_link_options(inkling_flags INTERFACE -mrelaxed-simd)
  endif()
  if(INKLING_THREADS)
    target_compile_options(inkling_flags INTERFACE -pthread) # shared memory and atomics
    target_link_options(inkling_flags INTERFACE -pthread)
  endif()
else()
  find_package(Threads REQUIRED)
  target_link_libraries(inkling_flags INTERFACE Threads::Threads)
  target_compile_options(
    inkling_flags
    INTERFACE $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations> # libstdc++'s stable_sort uses one of its own
  )
  if(INKLING_NATIVE_ARCH)
    target_compile_options(inkling_flags INTERFACE -march=native) # the yardstick the wasm is measured against
  endif()
  if(INKLING_SANITIZE)
    target_compile_options(
      inkling_flags
      INTERFACE
        -fsanitize=address,undefined # wrong memory, wrong arithmetic
        -fno-sanitize-recover=all # … ends the test at once
        -fno-omit-frame-pointer # readable traces
    )
    target_link_options(inkling_flags INTERFACE -fsanitize=address,undefined)
  endif()
  if(INKLING_SANITIZE_THREADS)
    target_compile_options(inkling_flags INTERFACE -fsanitize=thread -fno-omit-frame-pointer) # two threads, one place
    target_link_options(inkling_flags INTERFACE -fsanitize=thread)
  endif()
  if(INKLING_FUZZ)
    target_compile_options(
      inkling_flags
      INTERFACE
        -fsanitize=fuzzer-no-link # tells the fuzzer which branches ran
        -fsanitize=float-cast-overflow # numbers beyond the integer they are made to
    )
    target_link_options(inkling_flags INTERFACE -fsanitize=fuzzer-no-link,float-cast-overflow)
  endif()
endif()
