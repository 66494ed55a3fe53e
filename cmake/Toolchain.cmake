# Compiler settings that every target of the project shares.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()

# One choice for libraries and programs, so that they can share one precompiled header.
add_compile_options(-fPIC)
# Designated initialisers leave members out on purpose: those take their defaults.
add_compile_options(-Wall -Wextra -Wshadow -Wconversion -Wno-missing-field-initializers)
if(HOWDAH_WARNINGS_AS_ERRORS)
  add_compile_options(-Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-fpch-preprocess) # lets ccache see through precompiled headers
endif()
if(HOWDAH_SANITIZE)
  add_compile_options(-fsanitize=${HOWDAH_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${HOWDAH_SANITIZE})
endif()
add_link_options(-Wl,--as-needed)
